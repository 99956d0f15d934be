"""One file a format: its options, how the engine reads and writes it. The table of formats is in `registry.py`."""
