"""The platform's rules: pure, with the clock handed in."""
