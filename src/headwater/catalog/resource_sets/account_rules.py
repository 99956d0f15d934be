"""An account's rules of resource sets: read, replaced, taken away. They hold for what is written from then on."""

from __future__ import annotations

import datetime

import msgspec
from sqlalchemy import delete, select

from headwater import typed
from headwater.catalog import clock
from headwater.catalog.resource_sets.rules import DEFAULT, NAME, RuleConfig, check
from headwater.catalog.resource_sets.tables import MIGRATIONS, VERSION_TABLE, rules
from headwater.catalog.store import Store
from headwater.catalog.store.upserts import upsert

_DECODE = typed.decoder(RuleConfig).decode


class ResourceSetRules:
    """Reads and changes the rules. Files that stand are gathered by new rules when they are written again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.migrate(MIGRATIONS, VERSION_TABLE)

    def get(self) -> RuleConfig:
        """Return the rules, the built-in ones if the account has none of its own."""
        with self._store.read() as connection:
            document = connection.execute(select(rules.c.document).where(rules.c.name == NAME)).scalar()
        found = _DECODE(document) if document else RuleConfig()
        if found.path_pattern_config is None:
            return msgspec.structs.replace(found, path_pattern_config=DEFAULT)
        return found

    def put(self, config: RuleConfig, *, by: str) -> RuleConfig:
        """Replace the rules. Raises Invalid with every fault."""
        check(config)
        at = clock.now()
        advanced = config.advanced_resource_set
        if advanced != self.get().advanced_resource_set or advanced.modified_at is None:
            moment = datetime.datetime.fromtimestamp(at / 1000, datetime.UTC).isoformat()
            advanced = msgspec.structs.replace(advanced, modified_at=moment)
        kept = msgspec.structs.replace(config, name=NAME, advanced_resource_set=advanced)
        row = {"name": NAME, "document": msgspec.json.encode(kept).decode(), "updated_by": by, "updated_at": at}
        with self._store.write() as connection:
            connection.execute(upsert(rules, ["name"], ["document", "updated_by", "updated_at"]), row)
        return self.get()

    def delete(self) -> None:
        """Return to the built-in rules."""
        with self._store.write() as connection:
            connection.execute(delete(rules).where(rules.c.name == NAME))
