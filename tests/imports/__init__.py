"""The writer: what holds for a whole import."""
