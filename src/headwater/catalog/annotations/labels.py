"""Labels: free words on entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from headwater.catalog.annotations.record import annotate
from headwater.catalog.annotations.targets import asked, by_guid, pen_for
from headwater.catalog.reading import annotations_of
from headwater.catalog.store import Store
from headwater.catalog.types.in_force import Types
from headwater.catalog.writing.conditions import Condition
from headwater.catalog.writing.rows import Permit
from headwater.errors import Fault, Invalid, Place, raise_if_any

MAX_LENGTH = 50
LETTERS = re.compile(r"[A-Za-z0-9_-]+")
Label = tuple[str, ...]


class Labels:
    """Writes of labels. Raises NotFound for the entity, Invalid for what is no label.

    `permit` and `condition` are as with entities.
    """

    def __init__(self, store: Store, types: Types) -> None:
        self._store = store
        self._types = types

    def set(
        self,
        guid: str,
        labels: Sequence[str],
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Make the labels of an entity exactly these."""
        self._change(guid, labels, lambda _, given: given, by, permit, condition)

    def add(
        self,
        guid: str,
        labels: Sequence[str],
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Give an entity more labels; those that it has already are passed over."""
        self._change(guid, labels, lambda held, given: (*held, *given), by, permit, condition)

    def remove(
        self,
        guid: str,
        labels: Sequence[str],
        *,
        by: str,
        permit: Permit | None = None,
        condition: Condition | None = None,
    ) -> None:
        """Take labels from an entity; those that it does not have are passed over."""
        self._change(
            guid, labels, lambda held, given: tuple(item for item in held if item not in given), by, permit, condition
        )

    def _change(
        self,
        guid: str,
        labels: Sequence[str],
        choose: Callable[[Label, Label], Label],
        by: str,
        permit: Permit | None,
        condition: Condition | None,
    ) -> None:
        raise_if_any(Invalid, label_faults(labels, Place()))
        with self._store.write() as connection:
            types = self._types.at(connection)
            row = asked(connection, [guid], permit, condition)[0]
            said = annotations_of(row)
            wanted = tuple(dict.fromkeys(choose(said.labels, tuple(labels))))
            kept = tuple(label for label in said.labels if label in wanted)
            pen = pen_for([row], by)
            less = msgspec.structs.replace(said, labels=kept)
            if annotate(connection, [row], {row["id"]: less}, "LABEL_DELETE", pen, types):
                row = by_guid(connection, [guid])[0]
            more = msgspec.structs.replace(said, labels=wanted)
            annotate(connection, [row], {row["id"]: more}, "LABEL_ADD", pen, types)


def label_faults(labels: Sequence[str], place: Place) -> Iterator[Fault]:
    """Yield what is wrong with labels, by Atlas' rules."""
    for label in labels:
        if len(label) > MAX_LENGTH:
            message = f"Invalid label: {label[:60]}, label size should not be greater than {MAX_LENGTH}"
            yield Fault("CAT-078", message, place, "Shorten it.")
        elif not LETTERS.fullmatch(label):
            message = f"Invalid label: '{label}', label should contain alphanumeric characters, '_' or '-'"
            yield Fault("CAT-079", message, place, "Use letters from A to Z, digits, '_' and '-'.")
