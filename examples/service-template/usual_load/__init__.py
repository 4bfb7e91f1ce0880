"""A service for rami-twins."""
