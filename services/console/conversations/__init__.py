"""Conversations, read as the citizen saw them."""
