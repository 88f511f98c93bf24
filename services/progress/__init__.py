"""Cases on their way: steps, results, what citizens may ask and are told."""
