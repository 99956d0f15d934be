"""Two assets that turn out to be one: names given by hand, merges with their preview, and exact undo."""
