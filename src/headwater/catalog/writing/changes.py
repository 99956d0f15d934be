"""The history of entities as rows: what each change replaced, so that earlier states are found backwards from now.

    {"attributes": {name: value before, null if it had none}, "unkept": [names], "customAttributes": …, "contacts": …,
     "annotations": …, "collectionId": …, "status": …, "relationships": {guid: attributes before}}

A key stands there only if the change touched it. `unkept` are attributes whose values before are not kept: texts too
large for lists (column lineage has a history of its own), and what may be a secret. Custom attributes that may be
secrets are left out. That an entity was made stands in
its own row, and what was linked to it when in the relationships.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, select, update

from headwater.catalog.store.bulk import insert_rows, json_text
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import entities, entity_changes

CHANGE = ("entity_id", "version", "action", "changed_by", "changed_at", "replaced")
_SECRETS = re.compile(
    r"password|passphrase|passwd|secret|credential|token|(access|account|api|private|shared)[_-]?key|connection[_-]?string",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Tell by its name whether an attribute may hold a secret; its values then stay out of history."""
    return _SECRETS.search(name) is not None


def of_attributes(
    before: Mapping[str, object], after: Mapping[str, object], heavy: frozenset[str]
) -> dict[str, object]:
    """Return what history keeps of a change of attributes."""
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    unkept = [name for name in changed if name in heavy or is_secret(name)]
    found: dict[str, object] = {"attributes": {name: before.get(name) for name in changed if name not in unkept}}
    if unkept:
        found["unkept"] = unkept
    return found


def without_secrets(texts: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return custom attributes without those that may be secrets."""
    return None if texts is None else {name: text for name, text in texts.items() if not is_secret(name)}


def note(connection: Connection, replaced: Mapping[int, Mapping[str, object]], action: str, by: str, at: int) -> None:
    """Raise the versions of these entities and write down what changed, for changes that stand outside their rows."""
    if not replaced:
        return
    table, wanted = entities.c, listed()
    query = select(table.id, table.version).join(wanted, table.id == integer(wanted))
    versions = {id: version + 1 for id, version in connection.execute(query, {"wanted": packed(sorted(replaced))})}
    stamp = {"version": bindparam("next"), "updated_by": by, "updated_at": at}
    statement = update(entities).where(table.id == bindparam("key")).values(**stamp)
    connection.execute(statement, [{"key": id, "next": version} for id, version in versions.items()])
    rows = [(id, version, action, by, at, json_text(replaced[id])) for id, version in versions.items()]
    insert_rows(connection, entity_changes, CHANGE, rows)


def relinked(connection: Connection, keys: Iterable[int], by: str, at: int) -> None:
    """Write down that these entities were sent with other links, and nothing else that is new."""
    note(connection, {key: {"attributes": {}} for key in keys}, "UPDATE", by, at)
