"""The service items of the government: what can be done, where, with what, how long and for how much."""
