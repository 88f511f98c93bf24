"""The people who work with the console: accounts, roles, sessions. Knows nothing of pages."""
