"""A copy that is a folder of files, one for each catalogue item: CSV or Parquet."""
