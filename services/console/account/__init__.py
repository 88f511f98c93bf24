"""The way in, the second factor, and what everybody can do about their own account."""
