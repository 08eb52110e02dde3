"""How fast Dateline is, beside the least that the same work can cost: `python -m benchmarks`."""
