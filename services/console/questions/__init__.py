"""The area of what nobody could answer."""
