"""The control API under /sim/: what citizens do, what is recorded, what is broken, what time it is."""
