"""A heating district as its owners declare it: buildings, pipes, production, surplus heat."""
