"""Cached answers, none of which is ever older than an acknowledged write."""
