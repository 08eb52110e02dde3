"""Ready-made answers, and the rule that none is older than an acknowledged write."""
