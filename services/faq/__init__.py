"""Questions that citizens ask again and again, with answers that staff wrote."""
