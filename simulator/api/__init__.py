"""The platform's API under /cgi-bin/: each module holds the calls of one subject."""
