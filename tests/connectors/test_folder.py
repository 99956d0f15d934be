"""Files in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.file_store import FileStoreContract, read, write
from headwater.connectors.folder import FolderFiles
from headwater.errors import ConnectorError


class TestFolderFiles(FileStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderFiles:
        return FolderFiles(tmp_path / "bound")

    def test_link_out_of_the_folder_is_refused(self, store: FolderFiles, tmp_path: Path) -> None:
        (tmp_path / "bound" / "c").mkdir(parents=True)
        (tmp_path / "secret").write_text("x")
        (tmp_path / "bound" / "c" / "link").symlink_to(tmp_path / "secret")
        with pytest.raises(ConnectorError) as caught:
            read(store, "c", "link")
        assert caught.value.code == "CON-006"

    def test_folders_made_for_a_write_are_removed_when_it_is_discarded(
        self, store: FolderFiles, tmp_path: Path
    ) -> None:
        store.stage("c", "a/b/file").discard()
        assert not (tmp_path / "bound").exists()

    def test_folder_in_the_way_of_a_file_is_told(self, store: FolderFiles) -> None:
        write(store, "c", "a/file", b"x")
        with pytest.raises(ConnectorError) as caught:
            store.stage("c", "a")
        assert caught.value.code == "CON-006"

    def test_file_in_the_way_of_a_folder_is_told(self, store: FolderFiles) -> None:
        write(store, "c", "a", b"x")
        with pytest.raises(ConnectorError) as caught:
            store.stage("c", "a/file")
        assert caught.value.code == "CON-006"
