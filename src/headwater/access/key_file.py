"""The key that signs the account's tokens: a JWK set in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from headwater.errors import Fault, SettingsError

MODE = 0o600


def load(file: Path) -> KeySet:
    """Read the keys, made on the first start. The first one signs, all of them verify. Raises SettingsError."""
    if not file.exists():
        _make(file)
    try:
        return KeySet.import_key_set(msgspec.json.decode(file.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, JoseError, msgspec.DecodeError) as error:
        cure = "Restore it, or delete it: a new key is made, and tokens signed with the old one end."
        raise SettingsError(Fault("ACC-008", f"The key file '{file.name}' cannot be read", cure=cure)) from error


def _make(file: Path) -> None:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    document = msgspec.json.encode(KeySet([key]).as_dict(private=True))
    # Written aside and linked into place: two that start at once agree on one key, and nobody sees half of it.
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(document)
        os.fsync(stream.fileno())
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
