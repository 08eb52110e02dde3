"""The cache: never the reason for a wrong answer."""
