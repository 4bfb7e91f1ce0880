"""Edges: devices and partners that speak a standard, or files, in the place of our messages."""
