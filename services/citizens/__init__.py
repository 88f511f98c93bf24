"""Who writes to us? The one place that knows which address on which platform a citizen has."""
