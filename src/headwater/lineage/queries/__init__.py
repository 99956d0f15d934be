"""Which tables and columns a query that a user wrote reads: one walk over its scopes, by the store's own dialect.

sqlglot parses; the walk is ours, because sqlglot's own lineage takes a second for a wide query and says nothing of
filters, joins and groups.
"""
