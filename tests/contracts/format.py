"""What every format that is written and read keeps to. A format's test inherits this and gives the `format`."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sqlglot import exp

from headwater.connectors.engine import open_engine
from headwater.connectors.folder import FolderFiles
from headwater.connectors.formats.opening import open_files, write_rows
from headwater.connectors.formats.protocol import Format
from headwater.connectors.statements import run_statement
from headwater.data.schema import Column, Schema
from headwater.data.types import INTEGER, STRING
from headwater.errors import ConnectorError
from headwater.settings import EngineSettings


class FormatContract:
    ROWS = [(1, 'one, "1"'), (2, None), (3, "drei ü")]

    @pytest.fixture
    def format(self) -> Format:
        raise NotImplementedError  # the inheriting test gives it

    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        engine = open_engine(EngineSettings(), tmp_path / "scratch")
        yield engine
        engine.close()

    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderFiles:
        return FolderFiles(tmp_path)

    @pytest.fixture
    def path(self, format: Format, engine: duckdb.DuckDBPyConnection, store: FolderFiles) -> str:
        path = f"out/file[1]{format.extension}"
        values = exp.values(
            [(exp.convert(number), exp.convert(name)) for number, name in self.ROWS], alias="v", columns=["id", "name"]
        )
        staged = store.stage("data", path)
        query = exp.select("id", "name").from_(values)
        assert write_rows(engine, query, staged, format, path, "The file") == 3
        staged.commit()
        return path

    def test_written_rows_are_read_with_the_types_asked_for(
        self, format: Format, engine: duckdb.DuckDBPyConnection, store: FolderFiles, path: str
    ) -> None:
        schema = Schema((Column("id", INTEGER), Column("name", STRING)))
        files, reading = open_files(engine, store, format)
        query = exp.select("*").from_(reading.scan([files.url("data", path)], schema)).order_by("id")
        assert run_statement(engine, query) == self.ROWS

    def test_described_columns_are_those_written(
        self, format: Format, engine: duckdb.DuckDBPyConnection, store: FolderFiles, path: str
    ) -> None:
        files, reading = open_files(engine, store, format)
        assert reading.describe(engine, [files.url("data", path)]).names == ("id", "name")

    def test_several_files_are_read_together_and_again(
        self, format: Format, engine: duckdb.DuckDBPyConnection, store: FolderFiles, path: str
    ) -> None:
        files, reading = open_files(engine, store, format)
        url = files.url("data", path)
        for _ in range(2):
            assert run_statement(engine, exp.select("count(*)").from_(reading.scan([url, url], None))) == [(6,)]

    def test_absent_file_is_told(
        self, format: Format, engine: duckdb.DuckDBPyConnection, store: FolderFiles, tmp_path: Path
    ) -> None:
        files, reading = open_files(engine, store, format)
        with pytest.raises(ConnectorError) as caught:
            reading.describe(engine, [files.url("data", "none")])
        assert caught.value.code == "CON-010"

    def test_value_is_frozen_and_equal_to_its_like(self, format: Format) -> None:
        assert hash(format) == hash(copy.deepcopy(format))
        with pytest.raises(dataclasses.FrozenInstanceError):
            format.codec = "other"  # type: ignore[union-attr]  # every format has one, and it must not be set
