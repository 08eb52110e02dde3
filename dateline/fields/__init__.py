"""The three fields of an entry, read and put into canonical form: pure functions, no I/O.

Both `imports` and `search` read dates, URLs and text through this room, so that what is asked
is always compared with what is kept by the same rules.
"""
