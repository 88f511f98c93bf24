"""The staff's web pages, in Chinese, rendered here; no request leaves the machine."""
