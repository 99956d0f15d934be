"""One file a store (read, write, describe), one file a format. Nothing here knows pipelines or lineage."""
