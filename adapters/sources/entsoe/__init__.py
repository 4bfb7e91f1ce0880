"""Day-ahead prices of ENTSO-E's transparency platform, kept in a cache."""
