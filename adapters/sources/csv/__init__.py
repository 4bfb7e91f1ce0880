"""Series from CSV files with units and time zones."""
