"""Principals: people, workspaces' managed identities and applications, with their hashed secrets."""

from __future__ import annotations

import hashlib
import secrets as random
import uuid
from functools import cache
from typing import Literal

import msgspec
from sqlalchemy import BindParameter, Select, Text, bindparam, insert, select

from headwater.access import schema
from headwater.catalog import clock
from headwater.catalog.store import Store
from headwater.catalog.store.rows import fetch
from headwater.errors import Conflict, Fault, NotFound, Unauthorized

PrincipalKind = Literal["user", "workspace", "application"]


class Principal(msgspec.Struct, frozen=True):
    """`id` is the object id (a guid) that roles and tokens name; it is also the client id of token requests."""

    id: str
    kind: PrincipalKind
    name: str
    display_name: str = ""


# Built once: every request asks it.
@cache
def _by_id() -> Select[str, PrincipalKind, str, str]:
    table = schema.principals.c
    principal: BindParameter[str] = bindparam("principal", type_=Text)
    return select(table.id, table.kind, table.name, table.display_name).where(table.id == principal)


class Principals:
    """Who is known to the account."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, kind: PrincipalKind, name: str, *, display_name: str = "", by: str = "") -> Principal:
        """Raises Conflict if the kind has one of this name."""
        with self._store.write() as connection:
            table = schema.principals.c
            same = (table.kind == kind) & (table.name == name)
            if connection.execute(select(table.id).where(same)).first() is not None:
                raise Conflict(Fault("ACC-005", f"There is a {kind} '{name}' already", cure="Use it, or another name."))
            made = Principal(str(uuid.uuid4()), kind, name, display_name or name)
            who = {"created_by": by, "created_at": clock.now()}
            connection.execute(insert(schema.principals).values(**msgspec.structs.asdict(made), **who))
        return made

    def ensure(self, kind: PrincipalKind, name: str, *, by: str = "") -> Principal:
        """Return the principal of this kind and name, made if need be."""
        if found := self.find(kind, name):
            return found
        try:
            return self.create(kind, name, by=by)
        except Conflict:
            # Another process made it between the look and the leap.
            found = self.find(kind, name)
            if found is None:
                raise
            return found

    def get(self, id: str) -> Principal:
        """Raises NotFound."""
        with self._store.read() as connection:
            rows = fetch(connection, _by_id(), {"principal": id})
        if not rows:
            raise NotFound(
                Fault("ACC-004", f"There is no principal '{id}'", cure="Give the object id of one that exists.")
            )
        return Principal(*rows[0])

    def named(self, text: str) -> Principal:
        """Return the principal with this object id, or the only one with this name. Raises NotFound or Conflict."""
        table = schema.principals.c
        with self._store.read() as connection:
            query = select(schema.principals).where((table.id == text) | (table.name == text))
            rows = connection.execute(query).all()
        exact = [row for row in rows if row.id == text] or rows
        if len(exact) > 1:
            kinds = ", ".join(f"{row.kind} {row.id}" for row in exact)
            raise Conflict(Fault("ACC-005", f"Several principals are called '{text}': {kinds}", cure="Give the id."))
        if not exact:
            cure = "Give the object id or the name of one that exists."
            raise NotFound(Fault("ACC-004", f"There is no principal '{text}'", cure=cure))
        (row,) = exact
        return Principal(row.id, row.kind, row.name, row.display_name)

    def find(self, kind: PrincipalKind, name: str) -> Principal | None:
        """Return the principal of this kind and name, if there is one."""
        table = schema.principals.c
        with self._store.read() as connection:
            row = connection.execute(select(schema.principals).where(table.kind == kind, table.name == name)).first()
        return None if row is None else Principal(row.id, row.kind, row.name, row.display_name)

    def all(self) -> tuple[Principal, ...]:
        """Every principal, by kind and name."""
        table = schema.principals.c
        with self._store.read() as connection:
            rows = connection.execute(select(schema.principals).order_by(table.kind, table.name))
            return tuple(Principal(row.id, row.kind, row.name, row.display_name) for row in rows)

    def add_secret(self, id: str, *, by: str = "") -> str:
        """Make a secret; only its hash is kept, so this is the one time it is seen. Raises NotFound."""
        self.get(id)
        secret = random.token_urlsafe(32)
        row = {"hash": digest(secret), "principal_id": id, "created_by": by, "created_at": clock.now()}
        with self._store.write() as connection:
            connection.execute(insert(schema.secrets).values(row))
        return secret

    def by_secret(self, secret: str, *, id: str | None = None) -> Principal:
        """Return whose secret this is; `id` is the object id or the name that was claimed. Raises Unauthorized."""
        table = schema.principals.c
        owner = schema.secrets.c.principal_id == table.id
        query = select(schema.principals).join(schema.secrets, owner).where(schema.secrets.c.hash == digest(secret))
        with self._store.read() as connection:
            row = connection.execute(query).first()
        if row is None or (id is not None and id not in {row.id, row.name}):
            raise Unauthorized(
                Fault("ACC-002", "The client id or the secret is wrong", cure="Make a new secret for the principal.")
            )
        return Principal(row.id, row.kind, row.name, row.display_name)


def digest(secret: str) -> str:
    """Return the hash under which a secret or code is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
