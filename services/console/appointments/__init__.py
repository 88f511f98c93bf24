"""The area of appointments: a hall's day and week, one appointment, opening hours and holidays."""
