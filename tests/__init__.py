"""The tests, in packages named after what they test."""
