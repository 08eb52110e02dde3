"""The image and both compositions, on a real Docker engine; run only by `make docker-test`."""
