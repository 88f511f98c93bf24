"""The backends and the staff's side: catalogue, FAQ, appointments, progress, notices. Knows nothing of platforms."""
