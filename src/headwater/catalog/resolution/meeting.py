"""What the names of a batch mean: what stands already under another spelling or type, and what two of them share.

It works before anything is written, on drafts alone: the batch that it gives back speaks of each thing by one name
and type, the ones that stood first, so that what writes it needs to know of no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from headwater.catalog.names import index
from headwater.catalog.names.rules import STORE_CASE, Normalized, normalize
from headwater.catalog.names.stores import GENERAL, KINDS, Kind, counterpart, group_of, kind_by_name, kind_of
from headwater.catalog.reading import Row, whole
from headwater.catalog.store.lists import integer, listed, packed
from headwater.catalog.store.schema import IS_LIVE, entities
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.writing.drafts import Draft, Reference
from headwater.catalog.writing.subjects import Known
from headwater.data.normalization import section

Sent = tuple[str, str]
"""Type name and qualified name, as they were sent."""
BY_HOLDER = "name of its holder"
"""The rule of a name that lies below another name of what holds it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a sent name means: an entity that stands (`row`), or one that the batch makes. `key` is how it compares."""

    type: EntityType
    name: str
    row: Row | None
    key: str = ""
    rules: tuple[str, ...] = ()


@dataclass(slots=True)
class Meeting:
    """What is asked, and what was found. `targets` has only what is not what it says."""

    types: TypeSet
    known: Known
    drafts: Sequence[Draft]
    references: Sequence[Reference]
    targets: dict[Sent, Target] = field(default_factory=dict)
    becoming_views: dict[int, tuple[Row, EntityType]] = field(default_factory=dict)
    """Tables that were written as a view now, by key."""
    _said: dict[str, list[str]] | None = None
    """Types of targets by name; targets are complete when it is first asked for."""

    def target(self, reference: Reference) -> Target | None:
        """Return what a reference by name means, if that is not what it says."""
        if not reference.type_name or not reference.qualified_name:
            return None
        sent = (reference.type_name, reference.qualified_name)
        if sent in self.targets:
            return self.targets[sent]
        if self._said is None:
            self._said = {}
            for type_name, name in self.targets:
                self._said.setdefault(name, []).append(type_name)
        below = self.types.subtypes(reference.type_name)
        found = (self.targets[name, sent[1]] for name in self._said.get(sent[1], ()) if name in below)
        return next(found, None)


def understand(
    connection: Connection, types: TypeSet, known: Known, drafts: Sequence[Draft], more: Iterable[Reference] = ()
) -> Meeting:
    """Find out what the names of drafts and references mean; `known` is what stands under exactly these names."""
    references = [reference for draft in drafts for links in draft.links.values() for reference in links]
    meeting = Meeting(types, known, drafts, [*references, *more])
    strangers = _strangers(meeting)
    if strangers:
        parts = {sent: type for sent, type in strangers.items() if _is_part(type)}
        assets = {sent: type for sent, type in strangers.items() if sent not in parts}
        _find_assets(connection, meeting, assets)
        if parts:
            _find_parts(connection, meeting, parts)
        if any(target.type.name != sent[0] for sent, target in meeting.targets.items()):
            _join_families(meeting, strangers)
    return meeting


def _is_part(type: EntityType) -> bool:
    return kind_of(type) is None


def _strangers(meeting: Meeting) -> dict[Sent, EntityType]:
    """Return what nothing stands under: drafts first, in their order."""
    found: dict[Sent, EntityType] = {}
    types, known = meeting.types, meeting.known
    written: dict[str, set[str]] = {}
    for draft in meeting.drafts:
        if not draft.guid and draft.qualified_name and known.by_name(draft.type, draft.qualified_name) is None:
            found[draft.type.name, draft.qualified_name] = draft.type
            written.setdefault(draft.qualified_name, set()).add(draft.type.name)
    for reference in meeting.references:
        type, name = types.entities.get(reference.type_name or ""), reference.qualified_name
        if type is None or not name or reference.key:
            continue
        if name in written and not written[name].isdisjoint(types.subtypes(type.name)):
            continue
        if known.by_name(type, name) is None:
            found.setdefault((type.name, name), type)
    return found


def _find_assets(connection: Connection, meeting: Meeting, asked: Mapping[Sent, EntityType]) -> None:
    kinds = {
        sent: kind
        for sent, type in asked.items()
        if (kind := (kind_by_name(sent[1]) if type.name in GENERAL else None) or kind_of(type))
    }
    keys = {sent: kind.key(sent[1]) for sent, kind in kinds.items()}
    moved = _below_other_names(connection, kinds, keys)
    rows = index.rows_by_key(connection, {key.name for key in keys.values()}, {name for _, name in kinds})
    new: dict[tuple[str, str], list[Sent]] = {}
    for sent in kinds:
        type, key = asked[sent], keys[sent]
        row = _choose(meeting.types, type, sent[1], (*meeting.known.named(sent[1]), *rows.get(key.name, ())))
        if row is not None:
            meeting.targets[sent] = _standing(meeting, type, row, key)
            continue
        new.setdefault((group_of(type.name, sent[1]), key.name), []).append(sent)
        if sent in moved:
            meeting.targets[sent] = Target(type, moved[sent], None, key.name, key.rules)
    _meet_each_other(meeting, asked, keys, moved, new)
    meeting.targets.update(
        {
            sent: Target(meeting.becoming_views[target.row["id"]][1], target.name, target.row, target.key, target.rules)
            for sent, target in meeting.targets.items()
            if target.row is not None and target.row["id"] in meeting.becoming_views
        }
    )


def _below_other_names(
    connection: Connection, kinds: Mapping[Sent, Kind], keys: dict[Sent, Normalized]
) -> dict[Sent, str]:
    """Return the names that lie below another name of a host or account, as names below its own; keys follow."""
    moved: dict[Sent, str] = {}
    for name, holder in index.covering(connection):
        for sent, kind in kinds.items():
            if sent in moved or not keys[sent].name.startswith(f"{name.key}/"):
                continue
            written = normalize(sent[1], tuple(rule for rule in kind.rules if rule != STORE_CASE)).name
            if written[: len(name.key)].casefold() != name.key.casefold():
                continue
            moved[sent] = holder.rstrip("/") + written[len(name.key) :]
            key = kind.key(moved[sent])
            keys[sent] = Normalized(key.name, tuple(sorted({*keys[sent].rules, BY_HOLDER})))
    return moved


def _choose(types: TypeSet, type: EntityType, name: str, rows: Iterable[Row]) -> Row | None:
    below, group = types.subtypes(type.name), group_of(type.name, name)

    def fits(row: Row) -> bool:
        found = types.entities_by_id[row["type_id"]].name
        return found in below or group_of(found, name) == group

    fitting = [row for row in rows if fits(row)]

    def rank(row: Row) -> tuple[bool, bool, int]:
        return row["type_id"] != type.id, types.entities_by_id[row["type_id"]].name not in below, row["id"]

    return min(fitting, key=rank, default=None)


def _standing(meeting: Meeting, type: EntityType, row: Row, key: Normalized) -> Target:
    """Return the target of what stands; a table that is written as a view now is to become one."""
    held = meeting.types.entities_by_id[row["type_id"]]
    asked, found = KINDS.get(type.name), KINDS.get(held.name)
    if asked and found and asked.level == "view" and found.level == "table":
        view = counterpart(type.name, found.family)
        if view and _is_written(meeting, type, key):
            meeting.becoming_views[row["id"]] = (row, meeting.types.entities[view])
    return Target(held, row["qualified_name"], row, key.name, key.rules)


def _is_written(meeting: Meeting, type: EntityType, key: Normalized) -> bool:
    """Tell whether a draft says so: a reference alone makes nothing a view."""
    kind = KINDS[type.name]
    names = (draft.qualified_name for draft in meeting.drafts if draft.type.name == type.name)
    return any(name and kind.key(name).name == key.name for name in names)


def _meet_each_other(
    meeting: Meeting,
    asked: Mapping[Sent, EntityType],
    keys: Mapping[Sent, Normalized],
    moved: Mapping[Sent, str],
    new: Mapping[tuple[str, str], Sequence[Sent]],
) -> None:
    """Let spellings of one new thing be the first of them; a view, if any of them says that it is one."""
    for several in new.values():
        if len(several) < 2:
            continue
        first = several[0]
        views = (sent for sent in several if (kind := KINDS.get(sent[0])) and kind.level == "view")
        family = KINDS[first[0]].family if first[0] in KINDS else ""
        view = counterpart(said[0], family) if (said := next(views, None)) else None
        type = meeting.types.entities[view] if view else asked[first]
        name = moved.get(first, first[1])
        for sent in several:
            if (type.name, name) != sent:
                meeting.targets[sent] = Target(type, name, None, keys[sent].name, keys[sent].rules)


@dataclass(frozen=True, slots=True)
class _Holder:
    type: EntityType
    name: str
    row: Row | None


def _holders(meeting: Meeting) -> dict[str, list[_Holder]]:
    """Return the assets that the batch speaks of, by their names as sent."""
    found: dict[str, list[_Holder]] = {}
    said = [(draft.type, draft.qualified_name) for draft in meeting.drafts if not draft.guid]
    said += [
        (type, reference.qualified_name)
        for reference in meeting.references
        if (type := meeting.types.entities.get(reference.type_name or "")) is not None
    ]
    for type, name in dict.fromkeys(said):
        if not name or _is_part(type):
            continue
        target = meeting.targets.get((type.name, name))
        row = target.row if target else meeting.known.by_name(type, name)
        held = target.type if target else meeting.types.entities_by_id[row["type_id"]] if row else type
        found.setdefault(name, []).append(_Holder(held, target.name if target else name, row))
    return found


def _holder(name: str, holders: Mapping[str, Sequence[_Holder]]) -> tuple[_Holder, str] | None:
    """Return what holds a part, and the part's own piece of its name; names of assets may have a `#` of their own."""
    at = name.rfind("#")
    while at > 0:
        if found := holders.get(name[:at]):
            return min(found, key=lambda holder: holder.row is None), name[at + 1 :]
        at = name.rfind("#", 0, at)
    return None


def _find_parts(connection: Connection, meeting: Meeting, asked: Mapping[Sent, EntityType]) -> None:
    holders = _holders(meeting)
    held = {sent: found for sent in asked if (found := _holder(sent[1], holders))}
    by_case = {
        holder.row["id"]: holder for holder, _ in held.values() if holder.row and holder.type.ignores_column_case
    }
    children = _children(connection, by_case)
    made: dict[tuple[str, str], str] = {}
    for sent, (holder, piece) in held.items():
        type = asked[sent]
        if (own := KINDS.get(type.name)) and own.level == "column" and (home := KINDS.get(holder.type.name)):
            type = meeting.types.entities[counterpart(type.name, home.family) or type.name]
        name = f"{holder.name}#{piece}"
        if holder.type.ignores_column_case and type.is_column:
            key = (holder.name, _column_key(piece))
            if row := children.get(key):
                stands = meeting.types.entities_by_id[row["type_id"]]
                meeting.targets[sent] = Target(stands, row["qualified_name"], row)
                continue
            name = made.setdefault(key, name)
        if (type.name, name) != sent:
            meeting.targets[sent] = Target(type, name, None)


def _column_key(piece: str) -> str:
    return (piece if piece.isidentifier() else section(piece)).casefold()


def _children(connection: Connection, holders: Mapping[int, _Holder]) -> dict[tuple[str, str], Row]:
    """Return the columns of these tables by the table's name and the column's as the store compares it."""
    if not holders:
        return {}
    wanted = listed()
    query = whole().join(wanted, entities.c.parent_id == integer(wanted)).where(IS_LIVE).order_by(entities.c.id.desc())
    found: dict[tuple[str, str], Row] = {}
    for row in connection.execute(query, {"wanted": packed(holders)}).mappings():
        holder = holders[row["parent_id"]].name
        if row["qualified_name"].startswith(f"{holder}#"):
            found[holder, _column_key(row["qualified_name"][len(holder) + 1 :])] = row
    return found


def _join_families(meeting: Meeting, strangers: Mapping[Sent, EntityType]) -> None:
    """Let what is new below a thing of another family be of that family: a table of a schema that stands."""
    by_name = _holders(meeting)
    for sent in sorted(strangers, key=lambda sent: len(sent[1])):
        target, kind = meeting.targets.get(sent), KINDS.get(sent[0])
        if (target and target.row is not None) or kind is None or not kind.family or kind.level == "column":
            continue
        holders = by_name.get(sent[1].rpartition("/")[0], ())
        families = {own.family for holder in holders if (own := KINDS.get(holder.type.name)) and own.family}
        if families and kind.family not in families and (other := counterpart(sent[0], min(families))):
            name, key, rules = (target.name, target.key, target.rules) if target else (sent[1], "", ())
            meeting.targets[sent] = Target(meeting.types.entities[other], name, None, key, rules)
            by_name.setdefault(sent[1], []).insert(0, _Holder(meeting.types.entities[other], name, None))


def find(connection: Connection, types: TypeSet, type: EntityType, names: Sequence[str]) -> dict[str, Row]:
    """Return the entities that readers mean by these names, of which nothing of the type has exactly one."""
    references = [Reference(None, type.name, name, None, {}, "") for name in names]
    known = Known(connection, types, (), references)
    meeting = understand(connection, types, known, (), references)
    if not meeting.targets:
        return {}
    lost = {sent[1]: target.name for sent, target in meeting.targets.items() if target.row is None}
    rows = {sent[1]: target.row for sent, target in meeting.targets.items() if target.row is not None}
    if lost:
        again = Known(connection, types, (), [Reference(None, type.name, name, None, {}, "") for name in lost.values()])
        rows.update({sent: row for sent, name in lost.items() if (row := again.by_name(type, name))})
    return rows
