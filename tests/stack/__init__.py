"""The service on real servers, over real sockets, in several processes, while parts fail."""
