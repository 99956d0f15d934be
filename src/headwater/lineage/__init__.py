"""From what a finished activity says to entities in the account: facts, names, an outbox, delivery and its report.

A run knows nothing of this package: `outbox.subscribe` gives it a listener, and everything after that happens on
lineage's own time, so lineage can neither break nor slow a run.
"""
