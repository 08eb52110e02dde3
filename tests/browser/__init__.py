"""The page in a real browser: phone and desktop, with scripts and without."""
