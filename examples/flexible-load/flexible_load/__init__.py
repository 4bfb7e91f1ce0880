"""A load from a CSV file and a price threshold, as a party of a heat negotiation."""
