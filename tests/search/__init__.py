"""The reader: proof of correctness, cursors, canonical questions."""
