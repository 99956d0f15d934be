"""Plan to effects. Emits events into the transaction of its own state; knows nothing of lineage."""
