"""CONTROLLERS: from a request to a call, and back. The only room that knows Flask."""
