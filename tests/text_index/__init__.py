"""The text index: what occurs where, and that writing it in pieces makes no difference."""
