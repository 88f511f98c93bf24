"""Starts everything on one machine: database, migrations, example city, model, processes."""
