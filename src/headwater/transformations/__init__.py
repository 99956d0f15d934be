"""One file a data flow transformation: its options, its output columns with their origins, its relation.

`registry.py` has the table of verbs, `graph.py` puts a script together, `trace.py` follows columns through it and
`query.py` makes one query a sink of it. Nothing here touches a store or an engine.
"""
