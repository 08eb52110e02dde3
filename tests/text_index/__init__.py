"""The text index: what stands where, and that writing it in pieces makes no difference."""
