"""The area of the catalogue: items as citizens read them, edits, imports, sync."""
