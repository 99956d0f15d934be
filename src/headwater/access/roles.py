"""Roles on collections, and the decision whether a principal may act.

A role holds on its collection and all below, unless one of these restricts what it inherits; collection
administrators are always inherited.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal, get_args

import msgspec
from sqlalchemy import BindParameter, Connection, Select, Text, bindparam, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from headwater.access import audit, schema
from headwater.access.principals import Principal
from headwater.catalog import clock
from headwater.catalog.collections import Collections, collection_parents, no_collection, path_of
from headwater.catalog.store import Store
from headwater.catalog.store.rows import fetch
from headwater.catalog.store.upserts import insert_missing
from headwater.errors import Conflict, Fault, Forbidden, NotFound

Role = Literal["data-curator", "data-reader", "data-source-administrator", "collection-administrator"]
Action = Literal[
    "data/read",
    "data/write",
    "collection/read",
    "collection/write",
    "source/read",
    "source/write",
    "scan/read",
    "scan/write",
    "policy/read",
    "policy/bind",
]
ADMINISTRATOR: Role = "collection-administrator"
ACTIONS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        "collection-administrator": frozenset({"collection/read", "collection/write"}),
        "data-curator": frozenset({"data/read", "data/write", "collection/read", "policy/read"}),
        "data-reader": frozenset({"data/read", "collection/read"}),
        "data-source-administrator": frozenset(
            {"source/read", "source/write", "scan/read", "scan/write", "collection/read", "policy/bind", "policy/read"}
        ),
    }
)
ROLES: tuple[Role, ...] = get_args(Role)


class Assignment(msgspec.Struct, frozen=True):
    principal: str
    """Object id."""
    role: Role
    collection: str


class Policy(msgspec.Struct, frozen=True):
    """Who has which role on a collection itself, and whether roles from above hold there too."""

    id: str
    collection: str
    version: int
    inherits: bool
    assignments: tuple[Assignment, ...]


class Reason(msgspec.Struct, frozen=True, rename="camel"):
    """A role of the principal on a collection of the path, and whether it gives the right that was asked for.

    `cut_off_by` is the collection that restricts what it inherits, and so keeps the role from holding below.
    """

    role: Role
    collection: str
    grants: bool
    because: str
    cut_off_by: str | None = None


class Explanation(msgspec.Struct, frozen=True, rename="camel"):
    """Why a principal may do something in a collection, or may not. `path` goes from the root to the collection."""

    principal: str
    action: Action
    collection: str
    allowed: bool
    path: tuple[str, ...]
    restricted: tuple[str, ...]
    roles: tuple[Reason, ...]
    needed: tuple[Role, ...]
    """Roles of which any one on the collection would give the right."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one principal may do, as of one moment."""

    parents: Mapping[str, str | None]
    """Collection → the one above it."""
    assigned: frozenset[tuple[str, Role]]
    restricted: frozenset[str]
    """Collections that inherit administrators only."""
    _held: dict[str, frozenset[Role]] = field(default_factory=dict)

    def allow(self, action: Action, collection: str) -> bool:
        """Raises NotFound for the collection."""
        if collection not in self.parents:
            raise no_collection(collection)
        return any(action in ACTIONS[role] for role in self._roles(collection))

    def path(self, collection: str) -> tuple[str, ...]:
        """Return the names from the root to the collection. Raises NotFound."""
        return path_of(collection, self.parents)

    def _roles(self, collection: str) -> frozenset[Role]:
        """Return the roles that hold on a collection, its own and inherited."""
        if collection not in self._held:
            above = self.parents[collection]
            inherited = frozenset[Role]() if above is None else self._roles(above)
            if collection in self.restricted:
                inherited &= {ADMINISTRATOR}
            self._held[collection] = inherited | {role for role in ROLES if (collection, role) in self.assigned}
        return self._held[collection]


class Roles:
    """Assignments of roles, and decisions by them."""

    def __init__(self, store: Store, collections: Collections) -> None:
        self._store = store
        self._collections = collections

    def grant(self, principal: Principal, role: Role, collection: str, *, by: str) -> None:
        """Give a role; giving it again changes nothing. Raises NotFound for the collection."""
        self._collections.get(collection)
        with self._store.write() as connection:
            _grant(connection, principal.id, role, collection, by)

    def revoke(self, principal: Principal, role: Role, collection: str, *, by: str) -> None:
        """Take a role away. Raises Conflict if the root collection would be left without an administrator."""
        with self._store.write() as connection:
            _revoke(connection, principal.id, role, collection, by)
            self._keep_an_administrator(connection)

    def of(self, principal: Principal) -> tuple[Assignment, ...]:
        """Return the roles of a principal, by collection."""
        with self._store.read() as connection:
            return _assignments(connection, schema.role_assignments.c.principal_id == principal.id)

    def on(self, collection: str) -> tuple[Assignment, ...]:
        """Return the roles that are given on the collection itself."""
        with self._store.read() as connection:
            return _assignments(connection, _is_on(collection))

    def allowed(self, principal: Principal, action: Action, collection: str) -> bool:
        """Tell whether the principal may do this in the collection. Raises NotFound for the collection."""
        return self._rights(principal).allow(action, collection)

    def authorize(self, principal: Principal, action: Action, collection: str) -> None:
        """Raise Forbidden, with the role that is missing and how to get it, unless the principal may do this."""
        self.authorize_all(principal, action, [collection])

    def authorize_all(self, principal: Principal, action: Action, collections: Iterable[str]) -> None:
        """Authorize for each of the collections. Raises Forbidden for the first that is refused."""
        rights = self._rights(principal)
        refused = next((name for name in sorted(collections) if not rights.allow(action, name)), None)
        if refused is None:
            return
        needed = next(TITLES[role] for role in ("data-reader", *ROLES) if action in ACTIONS[role])
        cure = f"A collection administrator gives '{principal.name}' the role {needed} on '{refused}'."
        who = f"{principal.kind} '{principal.name}'"
        message = f"{who} is not authorized to perform {action} in collection '{refused}'"
        raise Forbidden(Fault("ACC-003", message, cure=cure))

    def explain(self, principal: Principal, action: Action, collection: str) -> Explanation:
        """Tell why the principal may do this in the collection, or why not. Raises NotFound for the collection."""
        rights = self._rights(principal)
        path, restricted = rights.path(collection), rights.restricted
        steps: list[Reason] = []
        for position, name in enumerate(path):
            cut = next((below for below in path[position + 1 :] if below in restricted), None)
            roles = tuple(role for role in ROLES if (name, role) in rights.assigned)
            steps.extend(_reason(role, name, action, cut) for role in roles)
        needed = tuple(role for role in ROLES if action in ACTIONS[role])
        return Explanation(
            principal=principal.id,
            action=action,
            collection=collection,
            allowed=any(step.grants for step in steps),
            path=path,
            restricted=tuple(name for name in path if name in restricted),
            roles=tuple(steps),
            needed=needed,
        )

    def collections(self, principal: Principal, action: Action) -> frozenset[str]:
        """Return the collections in which the principal may do this."""
        rights = self._rights(principal)
        return frozenset(name for name in rights.parents if rights.allow(action, name))

    def policy(self, collection: str) -> Policy:
        """Return the policy of a collection. Raises NotFound."""
        self._collections.get(collection)
        with self._store.read() as connection:
            found = _known_policy(connection, schema.collection_policies.c.collection == collection)
        if found is None:
            with self._store.write() as connection:
                found = _policy_row(connection, collection)
        return Policy(found.id, collection, found.version, found.inherits, self.on(collection))

    def policy_named(self, id: str) -> Policy:
        """Return the policy of this id. Raises NotFound."""
        with self._store.read() as connection:
            found = _known_policy(connection, schema.collection_policies.c.id == id)
        if found is None:
            raise NotFound(Fault("ACC-004", f"There is no policy '{id}'", cure="GET …/metadataPolicies lists them."))
        return self.policy(found.collection)

    def set_policy(
        self,
        collection: str,
        wanted: Mapping[Role, frozenset[str]],
        *,
        inherits: bool,
        by: str,
        version: int | None = None,
    ) -> Policy:
        """Make the roles on a collection what is wanted: object ids by role.

        `version` is the one that the change was made from. Raises Conflict if it is no longer the latest, and as
        `revoke` does.
        """
        want = {(role, principal) for role, principals in wanted.items() for principal in principals}
        with self._store.write() as connection:
            held = {(item.role, item.principal) for item in _assignments(connection, _is_on(collection))}
            found = _policy_row(connection, collection)
            if version is not None and version != found.version:
                message = f"The policy of '{collection}' has version {found.version}, not {version}"
                raise Conflict(Fault("ACC-009", message, cure="Read the policy anew, and make the change to that."))
            for role, principal in sorted(want - held):
                _grant(connection, principal, role, collection, by)
            for role, principal in sorted(held - want):
                _revoke(connection, principal, role, collection, by)
            self._keep_an_administrator(connection)
            if inherits != found.inherits:
                action = "inherit permissions" if inherits else "restrict inherited permissions"
                audit.write(connection, by, action, collection, outcome="changed")
            changed = update(schema.collection_policies).where(schema.collection_policies.c.collection == collection)
            connection.execute(changed.values(version=found.version + 1, inherits=inherits))
        return self.policy(collection)

    def forget(self, collection: str, *, by: str) -> None:
        """Take away all roles on a collection that is no more, so that the next of its name does not have them."""
        with self._store.write() as connection:
            for item in _assignments(connection, _is_on(collection)):
                _revoke(connection, item.principal, item.role, collection, by)
            gone = schema.collection_policies.c.collection == collection
            connection.execute(delete(schema.collection_policies).where(gone))

    def _keep_an_administrator(self, connection: Connection) -> None:
        table = schema.role_assignments.c
        root = (table.collection == self._collections.root) & (table.role == ADMINISTRATOR)
        if connection.execute(select(table.role).where(root).limit(1)).first() is None:
            cure = "Make another principal Collection Administrator first."
            raise Conflict(Fault("ACC-007", "The root collection would be left without an administrator", cure=cure))

    def _rights(self, principal: Principal) -> Rights:
        with self._store.read() as connection:
            assigned = fetch(connection, _assigned(), {"principal": principal.id})
            restricted = fetch(connection, _restricted(), {})
            return Rights(
                collection_parents(connection), frozenset(assigned), frozenset(name for (name,) in restricted)
            )


TITLES: Mapping[Role, str] = MappingProxyType(
    {
        "collection-administrator": "Collection Administrator",
        "data-curator": "Data Curator",
        "data-reader": "Data Reader",
        "data-source-administrator": "Data Source Administrator",
    }
)


def _reason(role: Role, collection: str, action: Action, cut: str | None) -> Reason:
    if action not in ACTIONS[role]:
        return Reason(role, collection, False, f"{TITLES[role]} does not give {action}.")
    if cut is not None and role != ADMINISTRATOR:
        because = f"'{cut}' restricts inherited permissions, so {TITLES[role]} on '{collection}' ends above it."
        return Reason(role, collection, False, because, cut)
    return Reason(role, collection, True, f"{TITLES[role]} on '{collection}' gives {action}.")


def _is_on(collection: str) -> ColumnElement[bool]:
    return schema.role_assignments.c.collection == collection


def _assignments(connection: Connection, condition: ColumnElement[bool]) -> tuple[Assignment, ...]:
    table = schema.role_assignments.c
    query = select(table.principal_id, table.role, table.collection).where(condition)
    rows = connection.execute(query.order_by(table.collection, table.role, table.principal_id)).all()
    return tuple(Assignment(*row) for row in rows)


# Built once each: every request asks them.
@cache
def _assigned() -> Select[str, Role]:
    table = schema.role_assignments.c
    principal: BindParameter[str] = bindparam("principal", type_=Text)
    return select(table.collection, table.role).where(table.principal_id == principal)


@cache
def _restricted() -> Select[str]:
    table = schema.collection_policies.c
    return select(table.collection).where(table.inherits.is_(False))


def _grant(connection: Connection, principal: str, role: Role, collection: str, by: str) -> None:
    row = {
        "principal_id": principal,
        "role": role,
        "collection": collection,
        "granted_by": by,
        "granted_at": clock.now(),
    }
    if connection.execute(insert_missing(schema.role_assignments), row).rowcount:
        audit.write(connection, by, f"grant {role}", collection, outcome="changed", detail=principal)


def _revoke(connection: Connection, principal: str, role: Role, collection: str, by: str) -> None:
    table = schema.role_assignments.c
    same = (table.principal_id == principal) & (table.role == role) & (table.collection == collection)
    if connection.execute(delete(schema.role_assignments).where(same)).rowcount:
        audit.write(connection, by, f"revoke {role}", collection, outcome="changed", detail=principal)


class _PolicyRow(msgspec.Struct, frozen=True):
    id: str
    collection: str
    version: int
    inherits: bool


def _known_policy(connection: Connection, condition: ColumnElement[bool]) -> _PolicyRow | None:
    table = schema.collection_policies.c
    row = connection.execute(select(table.id, table.collection, table.version, table.inherits).where(condition)).first()
    return None if row is None else _PolicyRow(*row)


def _policy_row(connection: Connection, collection: str) -> _PolicyRow:
    known = _known_policy(connection, schema.collection_policies.c.collection == collection)
    if known is not None:
        return known
    made = _PolicyRow(str(uuid.uuid4()), collection, 0, True)
    connection.execute(insert(schema.collection_policies).values(**msgspec.structs.asdict(made)))
    return made
