"""Tests of the benchmark's own arithmetic and reading."""
