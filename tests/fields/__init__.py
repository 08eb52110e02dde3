"""Tests of the three fields of an entry."""
