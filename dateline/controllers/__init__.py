"""CONTROLLERS: from a request to a call, and back. The only subpackage that uses Flask."""
