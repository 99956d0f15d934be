"""What each page shows, put together from the catalog, the run history and the lineage reports."""
