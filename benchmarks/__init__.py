"""Measure Dateline against the minimum cost of the same work: `python -m benchmarks`."""
