"""Binary: files as they are. They can be moved byte for byte, and nobody looks inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import duckdb
from sqlglot import exp

from headwater.connectors.formats.options import option_codec, option_level
from headwater.connectors.formats.recoding import Recoding
from headwater.data.schema import Schema
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json


@dataclass(frozen=True, slots=True)
class Binary:
    """`codec` is what a dataset says of its files; a copy between two that say the same moves bytes."""

    codec: str = "none"
    level: str = "Optimal"

    @property
    def name(self) -> str:
        return "Binary"

    @property
    def extension(self) -> str:
        return ""

    @property
    def has_names(self) -> bool:
        return True

    def plain(self) -> tuple[Binary, Recoding | None]:
        if self.codec == "none":
            return self, None
        return replace(self, codec="none", level="Optimal"), Recoding(self.codec, fast=self.level == "Fastest")

    def scan(self, urls: Sequence[str], schema: Schema | None) -> exp.Expression:  # noqa: ARG002 the protocol names them
        _refuse()

    def describe(self, connection: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> Schema:  # noqa: ARG002 the same
        _refuse()

    def copy_options(self) -> Mapping[str, Json]:
        _refuse()


def _refuse() -> NoReturn:
    raise ConnectorError(
        Fault(
            "CON-020",
            "Binary files have no columns to read or write",
            cure="Copy Binary to Binary, or give both datasets the format that the files have.",
        )
    )


def binary_from_properties(properties: Mapping[str, Json]) -> Binary:
    """Return the options of a Binary dataset."""
    return Binary(option_codec(properties, "Binary"), option_level(properties, "Binary"))
