"""Series from Parquet files, wide and long."""
