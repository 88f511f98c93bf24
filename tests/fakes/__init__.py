"""Small stand-ins for other people's servers and for the clock."""
