"""One file an activity type: its body and how it is read. The table of all types is in `registry.py`."""
