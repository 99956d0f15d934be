"""What changes of names are called in the history of an entity."""

from __future__ import annotations

ALIAS_ADD = "ALIAS_ADD"
ALIAS_DELETE = "ALIAS_DELETE"
MERGE = "MERGE"
MERGE_UNDO = "MERGE_UNDO"
TYPE_UPDATE = "TYPE_UPDATE"
