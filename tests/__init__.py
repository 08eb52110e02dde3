"""The tests, in folders named for what they test."""
