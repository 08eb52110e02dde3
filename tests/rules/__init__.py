"""Project rules that can be checked automatically."""
