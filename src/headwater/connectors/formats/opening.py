"""The one place where a format of any kind becomes what the engine reads from and writes to.

Whoever reads files asks for `open_files` and then uses store and format as if the engine read every format itself, off
a store of plain files; whoever writes one asks for `write_rows`. So no caller knows a codec, an encoding or a batch.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO, cast

import duckdb
from sqlglot import exp

from headwater.connectors.formats.batches import BatchFiles
from headwater.connectors.formats.codecs import BLOCK, CODECS
from headwater.connectors.formats.delimited_text import DelimitedText
from headwater.connectors.formats.json import Json
from headwater.connectors.formats.protocol import BatchFormat, EngineFormat, Format, ReadFormat
from headwater.connectors.formats.recoding import Recoding, recode_out
from headwater.connectors.formats.source_files import SourceFiles, new_file
from headwater.connectors.protocol import FileStore, StagedFile
from headwater.connectors.statements import count_of, run_statement

BATCH_ROWS = 100_000


def open_files(
    connection: duckdb.DuckDBPyConnection, store: FileStore, format_: Format
) -> tuple[SourceFiles, ReadFormat]:
    """Return the store as this connection reads it, and the format that its files then have."""
    store.attach(connection)
    plain, recoding = format_.plain()
    mend = plain.mend if isinstance(plain, DelimitedText | Json) else None
    if mend is not None and isinstance(plain, DelimitedText) and plain.codec != "none":
        # Only what is unpacked can be looked at.
        plain, recoding = replace(plain, codec="none"), Recoding(plain.codec)
    files = SourceFiles(store, connection, recoding, mend)
    if _is_engine(plain):
        return files, cast(EngineFormat, plain)  # told apart by what it can do
    return files, BatchFiles(cast(BatchFormat, plain), connection, files.file_of)


def write_rows(
    connection: duckdb.DuckDBPyConnection, query: exp.Query, staged: StagedFile, format_: Format, name: str, what: str
) -> int:
    """Write the rows of a query into a staged file called `name` and return their number. Raises ConnectorError."""
    plain, recoding = format_.plain()
    if not _is_engine(plain):
        rows = connection.sql(query.sql("duckdb")).to_arrow_reader(BATCH_ROWS)
        with staged.open() as file:
            return cast(BatchFormat, plain).write(file, rows, what)
    options = cast(EngineFormat, plain).copy_options()
    if recoding is None:
        return count_of(run_statement(connection, copy_statement(query, staged.url, options)))
    scratch = new_file(connection)
    try:
        count = count_of(run_statement(connection, copy_statement(query, str(scratch), options)))
        with staged.open() as file:
            recode_out(scratch, file, recoding, name, what)
    finally:
        scratch.unlink(missing_ok=True)
    return count


def write_bytes(
    connection: duckdb.DuckDBPyConnection, source: BinaryIO, file: BinaryIO, codec: Recoding, name: str, what: str
) -> None:
    """Compress a stream of bytes into an open file called `name`. Raises ConnectorError, OSError."""
    if (writer := CODECS[codec.codec].writer) is not None:
        with writer(file, codec.fast) as packed:
            shutil.copyfileobj(source, packed, BLOCK)
        return
    # An archive says how long its member is before it.
    scratch = new_file(connection)
    try:
        with scratch.open("wb") as plain:
            shutil.copyfileobj(source, plain, BLOCK)
        recode_out(scratch, file, codec, name, what)
    finally:
        scratch.unlink(missing_ok=True)


def copy_statement(query: exp.Query, url: str, options: Mapping[str, object]) -> exp.Copy:
    """Return the engine's `COPY (query) TO url` with the options of a format."""
    return exp.Copy(
        this=query.subquery(copy=False),
        kind=False,
        files=[exp.Literal.string(url)],
        params=[
            exp.CopyParameter(
                this=exp.var(name), expression=exp.Star() if name == "FORCE_QUOTE" else exp.convert(value)
            )
            for name, value in options.items()
        ],
    )


def _is_engine(format_: Format) -> bool:
    return hasattr(format_, "scan")
