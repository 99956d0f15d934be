"""Which types name things in which store: the rules that their names follow, and which types are one thing's.

A type that stands here under no family compares with itself alone; one that stands nowhere (a type that a user made)
has no rules: only a name given by hand is another name of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from headwater.catalog.names.rules import STORE_CASE, Normalized, normalize
from headwater.catalog.types import EntityType

Level = Literal["server", "database", "schema", "table", "view", "column"]

_HOST = ("default port", "double slashes", "hostname case", "hostname spaces", "scheme case", "section spaces")
_PATH = tuple(sorted((*_HOST, "curly brackets", "file extension case")))
_ROOM = tuple(sorted((*_HOST, "curly brackets", "trailing slash")))
_GEN1_PATH = tuple(sorted((*_PATH, "adl scheme")))
_GEN1_ROOM = tuple(sorted((*_ROOM, "adl scheme")))
_SQL = tuple(sorted((*_HOST, "square brackets", "trailing slash")))
_SQL_SERVER = (*_SQL, STORE_CASE)
_OBJECTS = tuple(sorted((*_HOST, "curly brackets", "trailing slash")))
_RESOURCE = ("double slashes", "resource id case", "trailing slash")
_SET = tuple(sorted((*_HOST, "file extension case")))


@dataclass(frozen=True, slots=True)
class Kind:
    """What a type stands for. `group` is shared by the types that one thing may be written under."""

    group: str
    rules: tuple[str, ...]
    family: str = ""
    level: Level | None = None

    def key(self, name: str) -> Normalized:
        """Return the name by which spellings compare."""
        return normalize(name, self.rules)


# Purview's types of one kind of database, by level. Families of one dialect share their things: what stands under
# mssql://host/db/schema/name is one table or view, whoever says through which service it was reached.
FAMILIES: Mapping[str, Mapping[Level, str]] = MappingProxyType(
    {
        prefix: {
            **({"server": server} if server else {}),
            "database": database,
            **({"schema": f"{prefix}_schema"} if dialect != "mysql" else {}),
            "table": f"{prefix}_table",
            "view": f"{prefix}_view",
            "column": f"{prefix}_column",
        }
        for prefix, dialect, server, database in (
            ("azure_mariadb", "mysql", "azure_mariadb_server", "azure_mariadb_db"),
            ("azure_mysql", "mysql", "azure_mysql_server", "azure_mysql_db"),
            ("azure_postgresql", "postgresql", "azure_postgresql_server", "azure_postgresql_db"),
            ("azure_sql", "mssql", "azure_sql_server", "azure_sql_db"),
            ("azure_sql_dw", "mssql", "", "azure_sql_dw"),
            ("azure_sql_mi", "mssql", "azure_sql_mi", "azure_sql_mi_db"),
            ("azure_synapse_dedicated_sql", "mssql", "", "azure_synapse_dedicated_sql_db"),
            ("azure_synapse_serverless_sql", "mssql", "", "azure_synapse_serverless_sql_db"),
            ("mssql", "mssql", "mssql_instance", "mssql_db"),
            ("postgresql", "postgresql", "postgresql_server", "postgresql_db"),
        )
    }
)
_DIALECTS: Mapping[str, str] = MappingProxyType(
    {"azure_mariadb": "mysql", "azure_mysql": "mysql", "azure_postgresql": "postgresql", "postgresql": "postgresql"}
)
"""Families that do not speak T-SQL."""

_PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "aws_s3_v2_bucket": _ROOM,
        "aws_s3_v2_directory": _PATH,
        "aws_s3_v2_object": _PATH,
        "aws_s3_v2_resource_set": _SET,
        "azure_blob_container": _ROOM,
        "azure_blob_path": _PATH,
        "azure_blob_resource_set": _SET,
        "azure_blob_service": _ROOM,
        "azure_datalake_gen1_account": _GEN1_ROOM,
        "azure_datalake_gen1_path": _GEN1_PATH,
        "azure_datalake_gen1_resource_set": tuple(sorted((*_SET, "adl scheme"))),
        "azure_datalake_gen2_filesystem": _ROOM,
        "azure_datalake_gen2_path": _PATH,
        "azure_datalake_gen2_resource_set": _SET,
        "azure_datalake_gen2_service": _ROOM,
        "azure_file": _PATH,
        "azure_file_directory": _PATH,
        "azure_file_resource_set": _SET,
        "azure_file_service": _ROOM,
        "azure_file_share": _ROOM,
        "azure_storage_account": _ROOM,
        "azure_table": _OBJECTS,
        "data_pipeline": _RESOURCE,
        "data_pipeline_activity": _RESOURCE,
        "data_pipeline_workspace": _RESOURCE,
    }
)
PART_OF_ACTIVITY = "data_pipeline_operation"
"""Operations are named after their activity, as columns are after their table."""
GENERAL = frozenset({"Asset", "DataSet", "Referenceable"})
"""Types under which a reference may name a thing of any store; the name's scheme then tells the store."""
_BY_SCHEME: Mapping[str, str] = MappingProxyType(
    {
        "adl": "azure_datalake_gen1_path",
        "https": "azure_blob_path",
        "mssql": "azure_sql_table",
        "mysql": "azure_mysql_table",
        "postgresql": "azure_postgresql_table",
        "s3": "aws_s3_v2_object",
    }
)


def _kinds() -> dict[str, Kind]:
    found = {name: Kind(name, rules) for name, rules in _PLACES.items()}
    for family, levels in FAMILIES.items():
        dialect = _DIALECTS.get(family, "mssql")
        rules = _SQL_SERVER if dialect == "mssql" else _SQL
        for level, type_name in levels.items():
            # Servers differ by service even where their hosts look alike; all below them is one thing.
            group = type_name if level == "server" else f"{dialect} {'relation' if level in _RELATIONS else level}"
            found[type_name] = Kind(group, rules, family, level)
    return found


_RELATIONS = ("table", "view")
KINDS: Mapping[str, Kind] = MappingProxyType(dict(sorted(_kinds().items())))


# Asked several times for each entity of a bulk.
@lru_cache(maxsize=4096)
def kind_of(type: EntityType) -> Kind | None:
    """Return what the type stands for; None for a part of something, which is found by what holds it."""
    if type.is_part or PART_OF_ACTIVITY in type.supers:
        return None
    if found := KINDS.get(type.name):
        return found
    # A type below a built-in one takes its rules, and meets nothing but itself.
    above = next((KINDS[name] for name in sorted(type.supers) if name in KINDS), None)
    return Kind(type.name, above.rules if above else ())


def kind_by_name(name: str) -> Kind | None:
    """Return what a name stands for that is told under a general type."""
    scheme = name.partition("://")[0].lower()
    return KINDS[_BY_SCHEME[scheme]] if scheme in _BY_SCHEME else None


def counterpart(type_name: str, family: str) -> str | None:
    """Return the type of the same level in another family; None if there is none."""
    kind = KINDS.get(type_name)
    return FAMILIES[family].get(kind.level) if kind and kind.level and family in FAMILIES else None


def group_of(type_name: str, name: str) -> str:
    """Return what the types share that one thing of this name may be written under.

    Only a name that says where the thing is (`mssql://…`) says that it is one thing under all of them.
    """
    kind = KINDS.get(type_name)
    return kind.group if kind and "://" in name else type_name
