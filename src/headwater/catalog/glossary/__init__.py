"""The business glossary: glossaries, categories and terms, and which assets a term is assigned to.

All three are entities of built-in types (`typedefs/glossary.json`), so history, search and deletion are the
catalog's; here stands what Atlas' glossary adds: names, hierarchies, relations of terms, and CSV files.
"""
