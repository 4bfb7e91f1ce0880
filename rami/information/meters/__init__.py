"""Customers' meters: datasets with purpose and retention, pseudonyms, what may leave."""
