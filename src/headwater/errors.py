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
         └─ Unavailable (503)

A `Fault` is a value, so that a loader can gather all of them before it raises one error. Every code stands
in `CODES` with the sentence that `docs/reference/errors.md` prints.
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


class Unavailable(CatalogError):
    status = 503


def raise_if_any(error: type[HeadwaterError], faults: Iterable[Fault]) -> None:
    """Raise `error` with all faults of severity error, or do nothing if there is none."""
    errors = tuple(fault for fault in faults if fault.severity == "error")
    if errors:
        raise error(*errors)


# One sorted line a code: what the code means, for docs/reference/errors.md. Codes are stable.
CODES: dict[str, str] = {
    "ACC-001": "A request needs a bearer token that this account issued and that has not expired.",
    "ACC-002": "The client id or the secret is wrong.",
    "ACC-003": "The principal lacks the role that this needs on the collection.",
    "ACC-004": "The principal does not exist.",
    "ACC-005": "There is a principal of this kind and name already.",
    "ACC-006": "The sign-in code is unknown, used or too old.",
    "ACC-007": "A policy or a token request cannot be read.",
    "ACC-008": "The account's key file cannot be read.",
    "ACC-020": "A change was asked for, but not by Studio's own pages.",
    "CAT-001": "The entity, type, relationship or collection does not exist.",
    "CAT-002": "There is no entity with this guid.",
    "CAT-003": "There is no entity of this type and name.",
    "CAT-004": "There is no type of this name or guid.",
    "CAT-005": "There is no relationship with this guid.",
    "CAT-006": "An entity refers to one that does not exist.",
    "CAT-007": "The entity or relationship has been deleted.",
    "CAT-010": "The catalog's database does not answer.",
    "CAT-011": "The catalog's database cannot be opened.",
    "CAT-020": "The type name of an entity is unknown.",
    "CAT-021": "A mandatory attribute is missing.",
    "CAT-022": "The value of an attribute does not fit its type.",
    "CAT-023": "A reference names no entity: it needs a guid, or a type and its unique attributes.",
    "CAT-024": "The ends of a relationship do not fit its type.",
    "CAT-025": "There is no relationship type for this attribute, or several and none is named.",
    "CAT-026": "The parameters of a lineage request are not valid.",
    "CAT-027": "The entity has no lineage: it is neither a dataset nor a process.",
    "CAT-028": "The request cannot be read.",
    "CAT-029": "The search cannot be read.",
    "CAT-030": "A type definition is not valid.",
    "CAT-031": "There is a type of this name already.",
    "CAT-032": "The type is in use.",
    "CAT-033": "There is a relationship of this type between these entities already.",
    "CAT-034": "A built-in type cannot be changed.",
    "CAT-035": "A collection of this name exists, or the collection is not empty.",
    "CAT-036": "The column lineage of a process cannot be read.",
    "CAT-037": "The account does not do this.",
    "CAT-038": "The server failed; its log has the reason under the request's id.",
    "CAT-039": "There is no such route, or it takes other methods or less.",
    "CAT-090": "The account refused a request.",
    "CON-001": "The linked service is of a type that is not a store.",
    "CON-002": "The store has no connector and no binding.",
    "CON-003": "The URL of a binding is not understood or does not fit the store.",
    "CON-004": "The package that a connector needs is not installed.",
    "CON-005": "The credentials of a store are missing or cannot be used.",
    "CON-006": "A path leaves the store or is not one that it takes.",
    "CON-010": "The file, container or folder does not exist.",
    "CON-011": "The store refuses access.",
    "CON-012": "The store is out of reach.",
    "CON-013": "The store has no room left.",
    "CON-014": "The target cannot be written.",
    "CON-019": "The store failed in another way.",
    "CON-020": "The format is not built.",
    "CON-021": "An option of a format is not built or does not fit.",
    "CON-022": "A file cannot be read as its format.",
    "CON-030": "A query cannot be parsed or put into the store's SQL.",
    "CON-031": "The table does not exist.",
    "CON-032": "A value does not fit its type.",
    "CON-033": "A constraint or a change by somebody else stands against the write.",
    "CON-034": "The store refuses the SQL.",
    "CON-040": "The engine needs more memory than it may use.",
    "DEF-001": "The file is not valid JSON.",
    "DEF-002": "A property that must be there is missing.",
    "DEF-003": "A property has a JSON type that does not fit.",
    "DEF-004": "A property is not known; it has no effect (warning).",
    "DEF-005": "The type of an activity, dataset, linked service or data flow does not exist.",
    "DEF-006": "An activity is of a type that is kept but not run (warning).",
    "DEF-007": "Two definitions have the same name.",
    "DEF-008": "A definition that is referred to does not exist.",
    "DEF-009": "An argument is given to a parameter that is not declared.",
    "DEF-010": "A parameter without a default is given no value.",
    "DEF-011": "Things depend on each other in a circle.",
    "DEF-012": "A ForEach stands inside a ForEach.",
    "DEF-013": "A variable is used that the pipeline does not declare.",
    "DEF-014": "An expression uses a parameter that is not declared.",
    "DEF-015": "An activity is referred to that does not exist.",
    "DEF-016": "The JSON of a data flow and its script name different sources or sinks.",
    "DEF-017": "The folder of definitions is missing, empty, or cannot be read.",
    "DEF-018": "A definition and its file have different names (warning).",
    "DEF-019": "A key occurs twice in an object (warning).",
    "DEF-020": "A property has a value that is not allowed.",
    "DEF-021": "An expression uses item() outside of a loop.",
    "DEF-022": "An expression reads an activity that need not have ended by then (warning).",
    "LIN-001": "A defect in lineage itself; the run is not affected.",
    "LIN-002": "Lineage does not know the workspace of a run.",
    "LIN-003": "The query of a source cannot be read as a query.",
    "LIN-004": "The query of a source uses what column lineage does not follow.",
    "LIN-005": "A sink is declared as a query, which nothing can be written to.",
    "LIN-006": "A column edge comes from a source that the activity did not read.",
    "LIN-010": "The account is out of reach or cannot take lineage now; the facts wait.",
    "LIN-011": "The account does not know the identity of the workspace.",
    "LIN-012": "The identity of the workspace lacks the role Data Curator; the facts wait.",
    "LIN-013": "The account refuses a fact.",
    "LIN-014": "The account took a fact but does not show it whole.",
    "LIN-040": "The activity run has no lineage that could be sent again.",
    "LNG-001": "The text does not parse.",
    "LNG-020": "A data flow expression is nested too deeply.",
    "LNG-021": "A column or field that a data flow expression names does not exist.",
    "LNG-022": "A column name of a data flow expression is ambiguous.",
    "LNG-023": "A stream that a data flow expression names is not an input of the transformation.",
    "LNG-024": "A data flow parameter is not declared.",
    "LNG-025": "A local of a transformation is not defined.",
    "LNG-026": "A cache sink does not exist.",
    "LNG-027": "A data flow expression calls a function that does not exist.",
    "LNG-028": "A data flow function was given a wrong number of arguments.",
    "LNG-029": "A data flow function or operator was given a value of a wrong type.",
    "LNG-030": "A data flow function, or this use of it, is not supported.",
    "LNG-031": "An argument must be a constant that is known before the run.",
    "LNG-032": "A date or number pattern has no exact counterpart.",
    "LNG-033": "A regular expression is not valid, or the engine cannot match it.",
    "LNG-034": "A name such as $$ or #item stands where it has no meaning.",
    "LNG-035": "Calls of a data flow expression cannot stand inside each other like this.",
    "LNG-036": "A constant data flow expression has no value.",
    "LNG-037": "A time zone does not exist.",
    "LNG-038": "Rows have no such mark here.",
    "LNG-039": "What surrounds an expression that is tried out cannot be understood.",
    "LNG-060": "An option of a transformation is not supported, or not with this value.",
    "LNG-061": "A clause or declaration does not belong to the transformation.",
    "LNG-062": "A transformation has too few or too many input streams.",
    "LNG-063": "The value of a transformation's option is of a wrong type.",
    "LNG-064": "A transformation lacks its condition or its columns.",
    "LNG-065": "The transformation is not supported.",
    "LNG-066": "A stream or branch does not exist, or cannot be read here.",
    "LNG-067": "Two streams of a data flow have the same name.",
    "LNG-068": "The streams of a data flow go in a circle.",
    "LNG-069": "A column is defined twice in one transformation.",
    "LNG-070": "An aggregate or window function stands where it cannot, or lacks where it must be.",
    "LNG-071": "What stands for a column is none.",
    "LNG-072": "A column pattern is at fault.",
    "LNG-073": "The data of a source lacks a column that the source declares.",
    "LNG-074": "A condition is not true or false.",
    "LNG-075": "A data flow parameter is unknown, has no value, or one that does not fit.",
    "LNG-076": "A constant expression has no value.",
    "LNG-077": "The types of columns do not fit together.",
    "LNG-079": "A sink is missing, or is at odds with itself.",
    "LNG-101": "The expression calls a function that does not exist.",
    "LNG-102": "The expression calls a function with a wrong number of arguments.",
    "LNG-103": "A function of the expression language was given a value of a wrong type.",
    "LNG-104": "The expression looks at something that is not there.",
    "LNG-105": "A function of the expression language was given a value that does not fit.",
    "LNG-106": "The expression or the JSON around it is nested too deeply.",
    "PLN-001": "The pipeline does not exist in the workspace.",
    "PLN-002": "A parameter of the pipeline has no value.",
    "PLN-003": "The pipeline has no parameter of this name.",
    "PLN-004": "The value of a parameter does not fit its type.",
    "PLN-005": "Pipelines run each other in a circle.",
    "PLN-010": "The dataset does not exist in the workspace.",
    "PLN-011": "The linked service does not exist in the workspace.",
    "PLN-012": "A parameter of a dataset or linked service has no value.",
    "PLN-013": "The dataset is of a type, or has a location, that cannot be read or written.",
    "PLN-014": "The dataset does not say which table or container it is.",
    "PLN-015": "The data flow does not exist in the workspace.",
    "PLN-020": "Activities of this type cannot be run.",
    "PLN-021": "Two activities of a pipeline have the same name.",
    "PLN-022": "An activity depends on one that is not beside it.",
    "PLN-023": "Activities wait for each other in a circle.",
    "PLN-024": "A loop stands inside another loop.",
    "PLN-025": "An activity writes a variable that the pipeline does not declare.",
    "PLN-026": "An activity appends to a variable that is no array.",
    "PLN-027": "An activity reads the variable that it writes.",
    "PLN-028": "A property of a control activity is of the wrong type or out of range.",
    "PLN-030": "The translator of a copy cannot be read.",
    "PLN-031": "A mapping names a type that Copy does not know.",
    "PLN-032": "A copy has a property that is not supported.",
    "PLN-033": "A query holds a placeholder that nothing fills.",
    "PLN-040": "A data flow of this kind cannot be run.",
    "PLN-041": "A source or sink of a data flow has no dataset.",
    "PLN-042": "A sink of a data flow cannot be written as its options ask.",
    "PLN-043": "The arguments of a data flow or its datasets cannot be read.",
    "RUN-001": "The activity failed.",
    "RUN-002": "The run database cannot be opened.",
    "RUN-003": "A query for runs makes no sense.",
    "RUN-004": "The run was cancelled.",
    "RUN-005": "The operating system refused: no room, no right, no such file.",
    "RUN-006": "Something in Headwater broke.",
    "RUN-007": "An activity was not done within its timeout.",
    "RUN-008": "A pipeline that was invoked failed.",
    "RUN-009": "An activity inside another one failed.",
    "RUN-010": "The run cannot be resumed.",
    "RUN-011": "The run is unknown, or its workspace is not here.",
    "RUN-012": "Another runner is open in this process.",
    "RUN-040": "A source of a data flow finds no file.",
    "RUN-041": "The data of a source lacks a column that the data flow declares.",
    "RUN-042": "A data flow makes more columns or output rows than it may.",
    "RUN-070": "There is no pipeline run or activity run of this id.",
    "RUN-100": "The copy asks for something that is not built.",
    "RUN-102": "A column that the copy needs is not in the source.",
    "RUN-103": "A value does not fit the type of its column in the sink.",
    "RUN-104": "There is no file that the copy could read.",
    "RUN-105": "The sink of a copy has no column of this name.",
    "RUN-106": "A column cannot be converted into the type of the sink.",
    "RUN-107": "A dataset or file is not one that the copy can read or write.",
    "RUN-108": "A text file has escapes that would be read wrongly.",
    "RUN-109": "Several files would be written to one name.",
    "RUN-110": "The copy was to be verified and is not complete.",
    "SET-001": "headwater.toml is not valid TOML.",
    "SET-002": "A key of headwater.toml is unknown or its value does not fit.",
    "SET-003": "There is no headwater.toml.",
    "SET-004": "An option on the command line cannot be read.",
    "SET-005": "The project has no workspace of this name, or it must be named.",
    "SET-006": "The folder given does not exist.",
    "SET-007": "The folder of the demo holds something else.",
    "SET-008": "The server cannot listen on this address.",
    "SET-009": "A part of the installation that the demo needs is missing.",
    "SET-010": "The account is not kept in this project, or no workspace is connected to it.",
    "SET-011": "No server of this project runs.",
}
