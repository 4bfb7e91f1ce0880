"""Files that rows leave and enter a historian in: CSV, Parquet, JSON."""
