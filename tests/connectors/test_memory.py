"""The shipped fake: files and tables in memory."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from contracts.file_store import FileStoreContract, read, write
from contracts.table_store import STORE, TableStoreContract
from headwater.connectors.memory import MemoryFiles, MemoryTables
from headwater.connectors.registry import connect
from headwater.data.locations import Store
from headwater.settings import Binding


class TestMemoryFiles(FileStoreContract):
    @pytest.fixture
    def store(self) -> MemoryFiles:
        return MemoryFiles()

    def test_writers_at_once_lose_nothing(self, store: MemoryFiles) -> None:
        threads = [threading.Thread(target=write, args=(store, "c", f"f{n}", b"x")) for n in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(store.list("c"))) == 50


class TestMemoryTables(TableStoreContract):
    @pytest.fixture
    def tables(self) -> MemoryTables:
        return MemoryTables(STORE)


def test_bindings_of_one_name_meet_in_the_same_memory(tmp_path: Path) -> None:
    names = ("test_memory_one", "test_memory_one", "test_memory_two")
    stores = [connect(Store("ls", "AzureBlobFS"), {}, Binding(url=f"memory:{name}"), tmp_path) for name in names]
    write(stores[0], "c", "f", b"x")  # type: ignore[arg-type]  # files, because the kind of store is
    assert read(stores[1], "c", "f") == b"x"  # type: ignore[arg-type]  # as above
    assert stores[2].stat("c", "f") is None  # type: ignore[union-attr]  # as above
