"""What a file format must tell: two shapes, one that the engine reads itself and one that passes Arrow batches.

`opening.py` makes the first of the second, so that nobody else tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO, Protocol

from sqlglot import exp

from headwater.data.schema import Schema
from headwater.language.expression.ast import Json

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from headwater.connectors.formats.recoding import Recoding


class NamedFormat(Protocol):
    """A frozen value: the options of one dataset (delimiter, codec, …), read from its typeProperties."""

    @property
    def name(self) -> str:
        """Dataset type: `DelimitedText`, `Parquet`, `Json` …"""

    @property
    def extension(self) -> str:
        """With the dot: `.csv`, `.parquet`."""

    @property
    def has_names(self) -> bool:
        """Whether files say what their columns are called; else those go by position, as `Prop_0`, `Prop_1`, …"""


class ReadFormat(NamedFormat, Protocol):
    """A format as a reader uses it."""

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:
        """Return what stands for these files in FROM: the engine's table function, or a view of their batches.

        With a schema, its columns are given their types by name (by position where the files have no header);
        without, text formats give strings.
        """

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:
        """Return the columns that the files hold. Raises ConnectorError for a file that is not of this format."""


class EngineFormat(ReadFormat, Protocol):
    """A format that the engine reads and writes itself."""

    def plain(self) -> tuple[EngineFormat, Recoding | None]:
        """Return the format that files have once they are decoded, and what decodes them; None if nothing has to."""

    def copy_options(self) -> Mapping[str, Json]:
        """Return the options of `COPY … TO` that write this format, by DuckDB's names."""


class BatchFormat(NamedFormat, Protocol):
    """A format that is read and written as Arrow batches, in bounded memory unless it says otherwise."""

    @property
    def is_whole(self) -> bool:
        """Whether a file is read whole, and not batch by batch."""

    def plain(self) -> tuple[BatchFormat, Recoding | None]:
        """Return the same as for a format of the engine."""

    def read(self, file: BinaryIO, what: str) -> pa.RecordBatchReader:
        """Return the rows of an open file, which is closed by whoever opened it once they are read.

        Raises ConnectorError about `what` if it is not of this format, now or with a later batch.
        """

    def write(self, file: BinaryIO, rows: pa.RecordBatchReader, what: str) -> int:
        """Write all rows and return their number. Raises ConnectorError for what the format cannot hold."""


Format = EngineFormat | BatchFormat
