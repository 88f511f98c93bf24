"""The area of the FAQ: entries, their drafts and versions."""
