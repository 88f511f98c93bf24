"""The steps of forms: one slot each, how it is read out of a message and how it is asked for."""
