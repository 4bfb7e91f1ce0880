"""External data with age, validity and fallback."""
