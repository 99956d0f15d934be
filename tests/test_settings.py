from __future__ import annotations

from pathlib import Path

import pytest

from headwater.errors import SettingsError
from headwater.settings import load, read

FAULTY = [
    ("[account\n", "SET-001", None),
    ('[accounts]\nname = "x"\n', "SET-002", None),
    ('[workspaces.a]\nfolder = "x"\nkind = "fabric"\n', "SET-002", "workspaces"),
    ("[server]\nport = 70000\n", "SET-002", "port"),
    ('[bindings.ls]\nurl = ""\n', "SET-002", "bindings"),
]


@pytest.mark.parametrize(("text", "code", "where"), FAULTY)
def test_faulty_settings_name_the_key(tmp_path: Path, text: str, code: str, where: str | None) -> None:
    (tmp_path / "headwater.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(tmp_path)
    fault = caught.value.faults[0]
    assert fault.code == code
    assert fault.place.file == "headwater.toml"
    assert fault.cure
    if where:
        assert where in (fault.place.path or "")


def test_defaults_bind_loopback_and_record_unsupported_stores(tmp_path: Path) -> None:
    (tmp_path / "headwater.toml").write_text("")
    settings = read(tmp_path / "headwater.toml").settings
    assert settings.server.host == "127.0.0.1"
    assert settings.account.unsupported_stores == "record"
