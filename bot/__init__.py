"""The edge and the worker: everything that talks to a messaging platform."""
