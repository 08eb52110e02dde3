"""Search: proof of correctness, cursors, canonical questions."""
