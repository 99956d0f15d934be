"""One file an activity type: what it comes to (`plan`) and what it does (`run`). The table is in `registry.py`."""
