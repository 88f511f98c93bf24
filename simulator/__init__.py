"""A WeChat platform on loopback that enforces the real one's rules, and a phone-like page to chat in."""
