"""From a file to rows: read, normalise, store, ledger. The only package that writes entries."""
