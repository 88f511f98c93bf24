"""The platform's access token, shared by all our processes."""
