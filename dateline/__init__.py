"""Dateline keeps what was published, where and when, and answers searches over it."""

__version__ = "0.1.0"
