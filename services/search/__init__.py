"""The text index that the catalogue and the FAQ share: in memory, from the database, the same on every machine."""
