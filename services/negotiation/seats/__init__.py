"""The parties of a negotiation as services: each at its own table, heard by messages alone."""
