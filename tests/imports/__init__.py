"""Imports: properties of a whole import."""
