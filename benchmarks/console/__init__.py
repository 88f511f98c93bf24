"""How fast are the console's pages when there is a lot of everything? `make bench-console`."""
