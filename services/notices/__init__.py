"""Notices: what the government tells its followers, approved by two people, once each, with counts that close."""
