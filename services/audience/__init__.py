"""Whom can a notice be for? The topics' answers put together; the one place that knows them all."""
