"""A WeChat Official Account platform on loopback that enforces the real one's rules, with a phone page to chat in."""
