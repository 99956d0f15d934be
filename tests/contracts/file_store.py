"""What every store of files keeps to. A store's test inherits this and gives a `store` and a `container`."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.connectors.engine import open_engine
from headwater.connectors.formats.parquet import Parquet
from headwater.connectors.protocol import FileStore
from headwater.connectors.statements import run_statement
from headwater.errors import ConnectorError
from headwater.settings import EngineSettings


def write(store: FileStore, container: str, path: str, data: bytes) -> None:
    """Write a file and commit it."""
    staged = store.stage(container, path)
    with staged.open() as file:
        file.write(data)
    staged.commit()


def read(store: FileStore, container: str, path: str) -> bytes:
    with store.open(container, path) as file:
        return file.read()


class FileStoreContract:
    @pytest.fixture
    def store(self) -> FileStore:
        raise NotImplementedError  # the inheriting test gives it

    @pytest.fixture
    def container(self) -> str:
        return "some-container"

    def test_file_committed_is_read_as_written(self, store: FileStore, container: str) -> None:
        write(store, container, "a/b.txt", b"hello\x00\xff")
        assert read(store, container, "a/b.txt") == b"hello\x00\xff"

    def test_file_staged_is_not_visible(self, store: FileStore, container: str) -> None:
        staged = store.stage(container, "a/b.txt")
        with staged.open() as file:
            file.write(b"half")
        assert store.stat(container, "a/b.txt") is None
        assert list(store.list(container)) == []
        staged.discard()

    def test_file_discarded_leaves_the_old_one(self, store: FileStore, container: str) -> None:
        write(store, container, "a.txt", b"old")
        staged = store.stage(container, "a.txt")
        with staged.open() as file:
            file.write(b"new")
        staged.discard()
        assert read(store, container, "a.txt") == b"old"
        assert [entry.path for entry in store.list(container)] == ["a.txt"]

    def test_file_committed_again_replaces(self, store: FileStore, container: str) -> None:
        write(store, container, "a.txt", b"old and long")
        write(store, container, "a.txt", b"new")
        assert read(store, container, "a.txt") == b"new"

    def test_staged_opened_again_starts_again(self, store: FileStore, container: str) -> None:
        staged = store.stage(container, "a.txt")
        for data in (b"first try", b"ok"):
            with staged.open() as file:
                file.write(data)
        assert staged.size == 2
        staged.commit()
        assert read(store, container, "a.txt") == b"ok"

    def test_staged_and_never_opened_is_an_empty_file(self, store: FileStore, container: str) -> None:
        store.stage(container, "empty").commit()
        assert read(store, container, "empty") == b""

    def test_token_tells_whether_it_was_committed(self, store: FileStore, container: str) -> None:
        kept, dropped = store.stage(container, "kept"), store.stage(container, "dropped")
        for staged in (kept, dropped):
            with staged.open() as file:
                file.write(b"x")
        tokens = kept.token, dropped.token
        assert not store.committed(tokens[0])
        kept.commit()
        dropped.discard()
        assert store.committed(tokens[0])
        assert not store.committed(tokens[1])

    def test_token_of_a_write_that_was_overtaken_is_not_committed(self, store: FileStore, container: str) -> None:
        staged = store.stage(container, "a.txt")
        with staged.open() as file:
            file.write(b"mine")
        token = staged.token
        write(store, container, "a.txt", b"theirs")
        assert not store.committed(token)
        staged.discard()

    def test_list_is_sorted_and_below_the_folder(self, store: FileStore, container: str) -> None:
        for path in ("b/2", "b/1", "b/c/3", "bb/4", "a"):
            write(store, container, path, b"x")
        assert [entry.path for entry in store.list(container)] == ["a", "b/1", "b/2", "b/c/3", "bb/4"]
        assert [entry.path for entry in store.list(container, "b")] == ["b/1", "b/2", "b/c/3"]
        assert [entry.path for entry in store.list(container, "b", recursive=False)] == ["b/1", "b/2"]

    def test_list_of_an_absent_folder_is_empty(self, store: FileStore, container: str) -> None:
        assert list(store.list(container, "nowhere")) == []

    def test_stat_tells_size_and_time(self, store: FileStore, container: str) -> None:
        write(store, container, "a.txt", b"12345")
        entry = store.stat(container, "a.txt")
        assert entry is not None
        assert (entry.path, entry.size) == ("a.txt", 5)
        assert entry.modified_at.tzinfo is not None

    def test_open_of_an_absent_file_names_it(self, store: FileStore, container: str) -> None:
        with pytest.raises(ConnectorError) as caught:
            read(store, container, "none.txt")
        assert caught.value.code == "CON-010"
        assert "none.txt" in caught.value.message

    def test_delete_removes_and_does_not_mind_what_is_gone(self, store: FileStore, container: str) -> None:
        write(store, container, "a.txt", b"x")
        store.delete(container, "a.txt")
        store.delete(container, "a.txt")
        assert store.stat(container, "a.txt") is None

    @pytest.mark.parametrize("path", ["../other", "a/../../other", "/etc/hosts"])
    def test_path_that_leaves_the_container_is_refused(self, store: FileStore, container: str, path: str) -> None:
        with pytest.raises(ConnectorError) as caught:
            store.stage(container, path)
        assert caught.value.code == "CON-006"

    @pytest.mark.parametrize("name", ["plain.parquet", "a b'c*[1]?.parquet", "ünï.parquet"])
    def test_engine_writes_and_reads_by_url(self, store: FileStore, container: str, name: str, tmp_path: Path) -> None:
        engine = open_engine(EngineSettings(), tmp_path)
        store.attach(engine)
        store.attach(engine)
        staged = store.stage(container, f"d/{name}")
        quoted = staged.url.replace("'", "''")
        run_statement(engine, f"COPY (SELECT i, 'x' || i AS s FROM range(300000) r(i)) TO '{quoted}' (FORMAT parquet)")
        assert staged.size > 300_000
        assert store.stat(container, f"d/{name}") is None
        staged.commit()
        scan = Parquet().scan([store.url(container, f"d/{name}")], None).sql("duckdb")
        assert run_statement(engine, f"SELECT count(*), sum(i) FROM {scan}") == [(300000, 44999850000)]
        engine.close()

    def test_large_file_is_read_from_any_position(self, store: FileStore, container: str) -> None:
        data = bytes(range(256)) * 80_000
        write(store, container, "large", data)
        with store.open(container, "large") as file:
            file.seek(19_999_990)
            assert file.read(20) == data[19_999_990:20_000_010]
            assert file.tell() == 20_000_010
            file.seek(-3, 2)
            assert file.read() == data[-3:]
