"""Sending notices: leases recipients from the notices' rows, calls the platform, settles what came of it."""
