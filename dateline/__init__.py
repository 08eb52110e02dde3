"""Dateline stores what was published, where and when, and searches it."""

__version__ = "0.1.0"
