"""What a client expects of what it writes, so that two who change it at a time cannot undo each other.

Purview calls the version `lastModifiedTS`; HTTP calls it an entity tag. Both are the number of the version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from headwater.catalog.reading import Row
from headwater.catalog.store.schema import ACTIVE
from headwater.catalog.writing.subjects import Subject
from headwater.errors import Fault, Invalid, Place, PreconditionFailed, raise_if_any


@dataclass(frozen=True, slots=True)
class Condition:
    """One of these versions must stand; None: any. `absent`: none of `versions` may, so with None it must not exist."""

    versions: frozenset[int] | None = None
    absent: bool = False

    def faults(self, what: str, version: int | None, place: str | None = None) -> Iterator[Fault]:
        """Yield why a write is refused; `version` is the one that stands, None if there is none."""
        named = version is not None and (self.versions is None or version in self.versions)
        if named != self.absent:
            return
        stands = "it does not exist" if version is None else f"its version is {version}"
        if self.versions is None:
            asked = "that it does not exist" if self.absent else "that it exists"
        else:
            named_versions = ", ".join(map(str, sorted(self.versions))) or "one that was never given"
            asked = f"not {named_versions}" if self.absent else named_versions
        cure = "Read it again, make the change on what it is now, and send that version."
        yield Fault("CAT-040", f"{what} has changed: {stands}, expected was {asked}", Place(path=place), cure)

    def check(self, what: str, version: int | None) -> None:
        """Raise PreconditionFailed if the write is refused."""
        raise_if_any(PreconditionFailed, self.faults(what, version))

    def check_all(self, rows: Collection[Row]) -> None:
        """Raise PreconditionFailed unless these entities are as expected; Invalid for a version of several."""
        if self.versions is not None and len(rows) > 1:
            message = f"One version is expected of {len(rows)} entities"
            raise Invalid(Fault("CAT-028", message, cure="Send If-Match with a single entity."))
        faults = (
            fault
            for row in rows
            for fault in self.faults(
                f"'{row['qualified_name']}'", row["version"] if row["status"] == ACTIVE else None, row["guid"]
            )
        )
        raise_if_any(PreconditionFailed, faults)


def check_drafts(subjects: Iterable[Subject]) -> None:
    """Raise PreconditionFailed if an entity that a draft read at one version stands at another.

    A new entity has no version yet, so what a draft says of that was read elsewhere.
    """
    faults = [
        fault
        for subject in subjects
        if subject.row is not None
        for draft in subject.drafts
        if draft.version is not None
        for fault in Condition(frozenset({draft.version})).faults(
            f"{subject.type.name} '{subject.qualified_name}'", subject.row["version"], draft.place
        )
    ]
    raise_if_any(PreconditionFailed, faults)


def check_first(subjects: Iterable[Subject], condition: Condition | None) -> None:
    """Raise PreconditionFailed unless the entity that was sent first is as the condition says."""
    first = next(iter(subjects), None)
    if condition is not None and first is not None:
        version = None if first.row is None else first.row["version"]
        condition.check(f"{first.type.name} '{first.qualified_name}'", version)
