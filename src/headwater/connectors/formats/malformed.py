"""Turning what a format's library raises about a broken file into one fault that names the file.

Separate from `connectors/faults.py`, whose tables name every class of a driver: these libraries raise Python's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from headwater.connectors.faults import fault_from_os
from headwater.errors import ConnectorError, Fault

_LONGEST = 300


@contextmanager
def malformed_as(kinds: tuple[type[Exception], ...], what: str, format_name: str) -> Iterator[None]:
    """Raise a ConnectorError about `what` for an exception of these kinds; others pass."""
    try:
        yield
    except kinds as error:
        if isinstance(error, OSError) and error.errno is not None:
            # The system's own, such as a full disk; a broken file's has no number.
            raise ConnectorError(fault_from_os(error, f"{what[:1].upper()}{what[1:]}")) from error
        raise malformed(what, format_name, str(error) or type(error).__name__) from error


def malformed(what: str, format_name: str, detail: str) -> ConnectorError:
    """Return the error for a file that is not what its dataset says, or is broken."""
    told = re.sub(r"\s+", " ", detail).strip()[:_LONGEST]
    return ConnectorError(
        Fault(
            "CON-022",
            f"{what[:1].upper()}{what[1:]} cannot be read as {format_name}: {told}",
            cure="Check that the file is whole, and the type and options of its dataset.",
        )
    )


def not_written(format_name: str) -> ConnectorError:
    """Return the error for a sink of a format that is only a source."""
    return ConnectorError(
        Fault(
            "CON-020",
            f"{format_name} files can be read, but not written",
            cure="Give the sink a dataset of DelimitedText, Json, Parquet, Avro or Orc.",
        )
    )
