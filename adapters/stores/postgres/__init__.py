"""The store that several processes share."""
