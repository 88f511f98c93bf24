"""Tests of `python -m bot ask`."""
