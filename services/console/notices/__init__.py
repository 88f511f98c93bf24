"""The area of notices."""
