"""The functions of the expression language, one file a family; `registry.py` has the table of all."""
