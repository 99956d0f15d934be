"""A sink that is written but not visible: its files or its table, and what belongs to its commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headwater.connectors.protocol import FileStore, Staged, StagedFile, Token
from headwater.data.locations import FileLocation, Location
from headwater.data.schema import Schema
from headwater.plan.resolved import ResolvedDataset
from headwater.run.activities.protocol import FileTask
from headwater.transformations.file_commands import FileCommand


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One staged file."""

    store: FileStore
    location: FileLocation
    staged: StagedFile
    rows: int


@dataclass(frozen=True, slots=True)
class StagedFiles:
    """The files of a sink, perhaps none, and the commands around them."""

    store: FileStore
    container: str
    files: tuple[WrittenFile, ...]
    before: tuple[FileCommand, ...] = ()
    after: tuple[FileCommand, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(file.staged.size for file in self.files)

    def discard(self) -> None:
        """Undo; never raises for what is already gone."""
        # The first one may have made the folder that all lie in.
        for file in reversed(self.files):
            file.staged.discard()


@dataclass(frozen=True, slots=True)
class StagedSink:
    """`location` is where the rows will be: a table, a file, or the folder of several."""

    name: str
    dataset: ResolvedDataset
    location: Location
    schema: Schema
    staged: Staged | StagedFiles
    rows: int
    bytes: int | None = None
    places: Mapping[FileLocation, int] = field(default_factory=dict)
    """File or folder of parts → its rows, where these are several assets; empty: all rows are at `location`."""
    tasks: tuple[FileTask, ...] = ()
    """What is deleted once all sinks are committed."""
    errors: tuple[WrittenFile, ...] = ()
    """Rows that were set apart, in the store for rejected rows."""
    set_apart: Mapping[str, int] = field(default_factory=dict)
    """How many rows failed an assertion or were refused by the table, where the sink looks at that."""
    complaint: str = ""
    """Why the flow fails after all, once everything else is committed."""

    @property
    def is_alone(self) -> bool:
        """Return whether it may not share its transaction, since it was tried several times."""
        return "rejectedRows" in self.set_apart

    @property
    def tokens(self) -> tuple[Token, ...]:
        """What the store tells the commits by, one a file."""
        if isinstance(self.staged, StagedFiles):
            return tuple(file.staged.token for file in self.staged.files)
        return (self.staged.token,)

    def discard(self) -> None:
        """Undo; never raises for what is already gone."""
        self.staged.discard()
        for error in self.errors:
            error.staged.discard()
