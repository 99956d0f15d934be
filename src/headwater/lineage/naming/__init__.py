"""Names as Purview writes them: one file a store, one line in `registry.NAMINGS`."""
