"""Functions that no engine has, as values of Python: each family gives a table, `install` gives them to an engine.

Separate, because their bodies know neither SQL trees nor types of the language; a builder only calls them by name.
They take distinct values of a batch one at a time, which is how hashes, Java's regular expressions and its number
and date patterns have to be worked; what an engine can do itself never comes here.
"""
