"""From a file to rows: read, normalise, store, ledger. The only room that writes."""
