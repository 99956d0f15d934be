"""The Copy activity: what to read, how columns are mapped and converted, by which route, and what is told of it."""
