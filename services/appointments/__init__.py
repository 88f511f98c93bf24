"""Appointments at the halls: opening hours, slots with capacity, reservations, reminders."""
