"""A catalog of Atlas entities, with their lineage, search and browse. It can be deployed alone."""
