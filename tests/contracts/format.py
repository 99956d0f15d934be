"""What every format keeps to. A format's test inherits this and gives the `format` and the `columns` that it keeps."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.formats.protocol import Format
from headwater.connectors.statements import count_of, run_statement
from headwater.data.schema import Column, Schema
from headwater.data.types import INTEGER, STRING
from headwater.errors import ConnectorError
from headwater.run.copy.writing import copy_statement
from headwater.settings import EngineSettings


class FormatContract:
    ROWS = [(1, 'one, "1"'), (2, None), (3, "drei ü")]

    @pytest.fixture
    def format(self) -> Format:
        raise NotImplementedError  # the inheriting test gives it

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        engine = open_engine(EngineSettings(), tmp_path)
        yield engine
        engine.close()

    @pytest.fixture
    def url(self, format: Format, engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> str:
        url = str(tmp_path / f"file[1]{format.extension}")
        values = exp.values(
            [(exp.convert(number), exp.convert(name)) for number, name in self.ROWS], alias="v", columns=["id", "name"]
        )
        statement = copy_statement(exp.select("id", "name").from_(values), url, format)
        assert count_of(run_statement(engine, statement)) == 3
        return url

    def test_written_rows_are_read_with_the_types_asked_for(
        self, format: Format, engine: duckdb.DuckDBPyConnection, url: str
    ) -> None:
        schema = Schema((Column("id", INTEGER), Column("name", STRING)))
        query = exp.select("*").from_(format.scan([url], schema)).order_by("id")
        assert run_statement(engine, query) == self.ROWS

    def test_described_columns_are_those_written(
        self, format: Format, engine: duckdb.DuckDBPyConnection, url: str
    ) -> None:
        assert format.describe(engine, [url]).names == ("id", "name")

    def test_several_files_are_read_together(self, format: Format, engine: duckdb.DuckDBPyConnection, url: str) -> None:
        query = exp.select("count(*)").from_(format.scan([url, url], None))
        assert run_statement(engine, query) == [(6,)]

    def test_absent_file_is_told(self, format: Format, engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
        with pytest.raises(ConnectorError) as caught:
            format.describe(engine, [str(tmp_path / "none")])
        assert caught.value.code == "CON-010"

    def test_value_is_frozen_and_equal_to_its_like(self, format: Format) -> None:
        assert hash(format) == hash(copy.deepcopy(format))
        with pytest.raises(dataclasses.FrozenInstanceError):
            format.codec = "other"  # type: ignore[attr-defined]  # every format has one, and it must not be set
