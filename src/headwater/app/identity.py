"""The identity by which a workspace reports to the account: who it is, and the secret that proves it.

Kept in the project's data folder, one file a workspace, readable by its owner alone. A real workspace has a managed
identity for this; ours is the same principal with a secret.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from headwater import typed


class Identity(msgspec.Struct, frozen=True):
    """What `headwater connect` leaves behind. `secret` never shows in `repr`."""

    workspace: str
    account: str
    tenant: str
    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Identity(workspace={self.workspace!r}, account={self.account!r}, client_id={self.client_id!r})"


class Identities:
    """The identities of a project's workspaces."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "identities"

    def get(self, workspace: str) -> Identity | None:
        """Return the identity of a workspace, or None if it is not connected."""
        file = self._file(workspace)
        return typed.decode(file.read_bytes(), Identity) if file.is_file() else None

    def put(self, identity: Identity) -> None:
        """Keep an identity in place of an earlier one; the file is never readable by others, not even for a moment."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(identity.workspace)
        staged = file.with_suffix(".new")
        staged.touch(mode=0o600)
        staged.write_bytes(msgspec.json.encode(identity))
        staged.replace(file)

    def _file(self, workspace: str) -> Path:
        # The name is a key of headwater.toml; anything else than a plain name must not lead out of the folder.
        safe = "".join(c if c.isalnum() or c in "-_." else f"%{ord(c):02x}" for c in workspace)
        return self._folder / f"{safe}.json"
