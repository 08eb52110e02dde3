"""Parse and normalise the three fields of an entry: pure functions, no I/O.

Both `imports` and `search` read dates, URLs and text with this package, so that searches and
stored entries follow the same rules.
"""
