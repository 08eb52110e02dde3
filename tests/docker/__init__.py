"""The image and both compositions, on a real Docker engine; run by `make docker-test` alone."""
