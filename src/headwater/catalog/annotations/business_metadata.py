"""Business metadata of entities: set one by one, or by a file of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from headwater.catalog.annotations import business_values
from headwater.catalog.annotations.business_file import Imported, ImportInfo, Line
from headwater.catalog.annotations.business_values import Given
from headwater.catalog.annotations.record import annotate
from headwater.catalog.annotations.targets import ask, asked, by_name, no_name, pen_for
from headwater.catalog.model import Annotations, Attributes
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.store import Store
from headwater.catalog.types import EntityType, TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import CatalogError, Fault, Invalid, Place, raise_if_any


class BusinessMetadata:
    """Writes of business attributes. Raises NotFound for the entity; `permit` and `condition` are as with entities."""

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def put(
        self,
        guid: str,
        given: Given,
        *,
        overwrite: bool = False,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Set business attributes; None takes one away, and `overwrite` all that are not given.

        Raises Invalid for what does not apply to the entity, or does not fit.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = asked(connection, [guid], permit, condition)[0]
            faults: list[Fault] = []
            values = business_values.fitted(given, _type(row, types), types, Place(), faults)
            raise_if_any(Invalid, faults)
            said = business_values.joined(annotations_of(row), values, overwrite=overwrite)
            _annotate(connection, [row], {row["id"]: said}, by, types)

    def remove(
        self, guid: str, named: Given, *, by: str, permit: Permit | None = None, condition: Condition | None = None
    ) -> None:
        """Take the named attributes away, or whole business metadata with none named.

        What the entity does not have is passed over. Raises Invalid for a name that is no business metadata.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = asked(connection, [guid], permit, condition)[0]
            raise_if_any(Invalid, business_values.unknown(named, types))
            said = business_values.without(annotations_of(row), named)
            _annotate(connection, [row], {row["id"]: said}, by, types)

    def take_in(self, lines: Sequence[Line], *, by: str, permit: Permit | None = None) -> Imported:
        """Set what the lines of a file say; what is wrong with a line leaves the others as they are."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            failed: list[ImportInfo] = []
            rows: dict[int, Row] = {}
            values: dict[int, dict[str, Attributes]] = {}
            for line, row in _found(connection, lines, types, failed):
                faults: list[Fault] = []
                given = {line.metadata: {line.attribute: line.value_for(types)}}
                fitted = business_values.fitted(given, _type(row, types), types, Place(), faults)
                if faults:
                    failed.append(line.failed("; ".join(fault.message for fault in faults)))
                    continue
                rows[row["id"]] = row
                held = values.setdefault(row["id"], {}).setdefault(line.metadata, {})
                held.update(fitted[line.metadata])
            ask(connection, rows.values(), permit)
            wanted = {
                id: business_values.joined(annotations_of(row), values[id], overwrite=False) for id, row in rows.items()
            }
            _annotate(connection, list(rows.values()), wanted, by, types)
            done = [_told(row, values[id]) for id, row in rows.items()]
            return Imported(tuple(sorted(failed, key=lambda info: info.row_number)), tuple(done))


def _found(
    connection: Connection, lines: Sequence[Line], types: TypeSet, failed: list[ImportInfo]
) -> list[tuple[Line, Row]]:
    """Return each line with its entity; lines without one are failures."""
    by_type: dict[str, list[Line]] = {}
    for line in lines:
        by_type.setdefault(line.type_name, []).append(line)
    found: list[tuple[Line, Row]] = []
    for type_name, some in by_type.items():
        try:
            rows = by_name(connection, type_name, (line.name for line in some), types)
        except CatalogError as error:
            failed.extend(line.failed(error.message) for line in some)
            continue
        found.extend((line, rows[line.name]) for line in some if line.name in rows)
        failed.extend(line.failed(no_name(type_name, line.name).message) for line in some if line.name not in rows)
    return found


def _told(row: Row, values: Mapping[str, Attributes]) -> ImportInfo:
    return ImportInfo(row["guid"], msgspec.json.encode(values).decode(), "SUCCESS", "", -1)


def _annotate(
    connection: Connection, rows: Sequence[Row], wanted: Mapping[int, Annotations], by: str, types: TypeSet
) -> None:
    annotate(connection, rows, wanted, "BUSINESS_ATTRIBUTE_UPDATE", pen_for(rows, by), types)


def _type(row: Row, types: TypeSet) -> EntityType:
    return types.entities_by_id[row["type_id"]]
