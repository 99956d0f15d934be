"""Everything that can go wrong, drawn as a tree and named by what the reader can do about it.

    HeadwaterError                  a list of faults, each with code, message, place and cure
     ├─ SettingsError               headwater.toml or an option is at fault
     ├─ DefinitionError             the JSON of a definition is at fault
     ├─ LanguageError               an expression or a data flow script is at fault
     ├─ PlanError                   sound definitions that cannot be planned as asked
     ├─ RunError                    a run met the world
     │   ├─ ConnectorError          a store refused, or is not there
     │   ├─ ActivityFailed          an activity ended with a user or system error
     │   └─ Cancelled
     ├─ LineageError                never leaves the lineage layer but as a status with a reason
     └─ CatalogError                maps 1:1 to an HTTP status and an Atlas error code
         ├─ NotFound (404) ─ Conflict (409) ─ Invalid (400) ─ Unauthorized (401) ─ Forbidden (403)
         └─ PreconditionFailed (412) ─ Unavailable (503)

A `Fault` is a value, so that a loader can gather all of them before it raises one error. Every code stands
in `codes.CODES` with the sentence that `docs/reference/errors.md` prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is: a file, a JSON path in it, and a position in a script that the path holds."""

    file: str | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    """The faulty line and, below it, the caret: two lines joined by a newline."""

    def __str__(self) -> str:
        parts = [part for part in (self.file, self.path) if part]
        if self.line is not None:
            parts.append(f"line {self.line}, column {self.column}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what, where, and what to do about it."""

    code: str
    message: str
    place: Place = Place()
    cure: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        lines = [f"{self.code} {self.message}"]
        if where := str(self.place):
            lines.append(f"  at {where}")
        if self.place.excerpt:
            lines.extend(f"    {line}" for line in self.place.excerpt.splitlines())
        if self.cure:
            lines.append(f"  → {self.cure}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        """Return the fault as the object that every `--json` output and HTTP error uses."""
        place = {
            name: value
            for name in ("file", "path", "line", "column", "excerpt")
            if (value := getattr(self.place, name)) is not None
        }
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "place": place,
            "cure": self.cure,
        }


class HeadwaterError(Exception):
    """Base of every error that a user may see; carries one fault or more."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise TypeError("an error needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults: tuple[Fault, ...] = faults

    @property
    def code(self) -> str:
        """Code of the first fault."""
        return self.faults[0].code

    @property
    def message(self) -> str:
        """Message of the first fault, without place or cure."""
        return self.faults[0].message


class SettingsError(HeadwaterError):
    """headwater.toml, an environment variable or an option is at fault."""


class DefinitionError(HeadwaterError):
    """One or more JSON definitions are at fault."""


class LanguageError(HeadwaterError):
    """An expression or a data flow script does not parse or type."""


class PlanError(HeadwaterError):
    """The definitions are sound but cannot be planned with these parameters."""


class RunError(HeadwaterError):
    """A run met the world and lost."""


class ConnectorError(RunError):
    """A store refused, is not there, or holds what does not fit."""


class ActivityFailed(RunError):
    """An activity ended as Failed; `failure_type` is `UserError` or `SystemError` as in Synapse."""

    def __init__(self, *faults: Fault, failure_type: str = "UserError") -> None:
        super().__init__(*faults)
        self.failure_type = failure_type


class Cancelled(RunError):
    """Somebody cancelled the run."""


class LineageError(HeadwaterError):
    """Lineage could not be derived or delivered; becomes a lineage status with this reason."""


class CatalogError(HeadwaterError):
    """The account refuses; `status` is the HTTP status."""

    status: ClassVar[int] = 500


class NotFound(CatalogError):
    status = 404


class Conflict(CatalogError):
    status = 409


class Invalid(CatalogError):
    status = 400


class Unauthorized(CatalogError):
    status = 401


class Forbidden(CatalogError):
    status = 403


class PreconditionFailed(CatalogError):
    status = 412


class Unavailable(CatalogError):
    status = 503


def raise_if_any(error: type[HeadwaterError], faults: Iterable[Fault]) -> None:
    """Raise `error` with all faults of severity error, or do nothing if there is none."""
    errors = tuple(fault for fault in faults if fault.severity == "error")
    if errors:
        raise error(*errors)
