"""How a bulk is written: drafts, the entities they mean, their links, their lineage, the search documents.

One module a step, all inside one transaction that `entities.py` opens. Nothing here commits.
"""
