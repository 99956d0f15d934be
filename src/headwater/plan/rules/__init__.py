"""One file a rule: a check of a pipeline that has one purpose. `RULES` in `registry.py` lists them."""
