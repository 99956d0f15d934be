"""Classifications of entities: given, changed, taken away; what propagates goes on by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.catalog.annotations import classifying, propagation
from headwater.catalog.annotations.classifying import Marked
from headwater.catalog.annotations.record import annotate
from headwater.catalog.annotations.tables import MIGRATIONS, VERSION_TABLE
from headwater.catalog.annotations.targets import asked, pen_for
from headwater.catalog.model import Attributes, ClassificationInput, EntityHeader
from headwater.catalog.reading import Row, annotations_of
from headwater.catalog.store import Store
from headwater.catalog.types import TypeSet
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import Fault, NotFound, Place

Given = Sequence[ClassificationInput]


class Classifications:
    """Writes of classifications. Every write is one transaction; `permit` and `condition` are as with entities.

    Raises NotFound for entities and classifications that are not there, Invalid for what does not fit.
    """

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    @classmethod
    def open(cls, store: Store, types: Types) -> Classifications:
        """Make the tables of propagation if they are not there."""
        store.migrate(MIGRATIONS, VERSION_TABLE)
        return cls(store, types)

    def add(
        self,
        guids: Sequence[str],
        given: Given,
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Give each of the entities all of these. Raises Invalid if one has one of them by itself already."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            rows = asked(connection, guids, permit, condition)
            wanted = {row["id"]: classifying.added(_marked(row, types), given, types) for row in rows}
            propagation.mark(connection, rows, wanted, pen_for(rows, by), types, "CLASSIFICATION_ADD")

    def change(
        self, guid: str, given: Given, *, by: str, permit: Permit | None = None, condition: Condition | None = None
    ) -> None:
        """Change classifications that the entity has by itself; what is not said of them stays."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = asked(connection, [guid], permit, condition)[0]
            wanted = {row["id"]: classifying.changed(_marked(row, types), given, types)}
            propagation.mark(connection, [row], wanted, pen_for([row], by), types, "CLASSIFICATION_UPDATE")

    def remove(
        self,
        guid: str,
        name: str,
        *,
        source: str | None = None,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Take a classification away, and where it propagates to.

        `source` names the entity that propagated it here; what came from one that is there cannot be taken away,
        what a deleted one left behind can.
        """
        with self._store.write() as connection:
            types = self._types.at(connection)
            types.classification(name)
            row = asked(connection, [guid], permit, condition)[0]
            if source and source != guid:
                said = classifying.without_left_behind(_marked(row, types), name, source)
                annotate(
                    connection, [row], {row["id"]: said}, "PROPAGATED_CLASSIFICATION_DELETE", pen_for([row], by), types
                )
                return
            said = classifying.without(_marked(row, types), name)
            propagation.mark(connection, [row], {row["id"]: said}, pen_for([row], by), types, "CLASSIFICATION_DELETE")

    def set(
        self, given: Mapping[str, Given], *, by: str, permit: Permit | None = None, condition: Condition | None = None
    ) -> tuple[str, ...]:
        """Give each entity exactly these, by guid; what others propagate to it stays. Returns the guids."""
        with self._store.write() as connection:
            types = self._types.at(connection)
            rows = asked(connection, list(given), permit, condition)
            wanted = {row["id"]: classifying.set_to(_marked(row, types), given[row["guid"]], types) for row in rows}
            propagation.mark(connection, rows, wanted, pen_for(rows, by), types)
            return tuple(row["guid"] for row in rows)


def classification_of(header: EntityHeader, name: str) -> Attributes:
    """Return the classification that the entity has: its own, or else one that was propagated. Raises NotFound."""
    found = [item for item in header.classifications if item["typeName"] == name]
    if not found:
        cure = "GET …/classifications lists what the entity has."
        raise NotFound(Fault("CAT-070", f"Given classification '{name}' was invalid: not on {header.guid}", cure=cure))
    return next((item for item in found if item["entityGuid"] == header.guid), found[0])


def _marked(row: Row, types: TypeSet) -> Marked:
    type = types.entities_by_id[row["type_id"]]
    return Marked(row["guid"], type, annotations_of(row), Place(path=row["guid"]))
