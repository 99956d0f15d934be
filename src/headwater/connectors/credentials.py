"""Secrets of linked services and bindings: where they may stand. Faults name the place, never the secret."""

from __future__ import annotations

import os
from collections.abc import Mapping

from headwater.data.locations import Store
from headwater.errors import ConnectorError, Fault
from headwater.language.expression.ast import Json
from headwater.settings import Binding


def secret_of(connection: Mapping[str, Json], name: str, store: Store) -> str | None:
    """Return a property that may be a string or a SecureString, or None if it is absent or empty.

    Raises ConnectorError for a secret that lies elsewhere (a key vault).
    """
    value = connection.get(name)
    if isinstance(value, dict):
        if value.get("type") != "SecureString":
            raise unusable(store, f"'{name}' is a '{value.get('type')}', which cannot be read from here")
        value = value.get("value")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise unusable(store, f"'{name}' is not a string")
    return value


def unusable(store: Store, reason: str) -> ConnectorError:
    """Return the error for credentials that are missing or cannot be used."""
    return ConnectorError(
        Fault(
            "CON-005",
            f"Credentials of linked service '{store.linked_service}': {reason}",
            cure=f"Bind it and name the secret's variable: [bindings.{store.linked_service}] url = …, password_env = …",
        )
    )


def password_of(binding: Binding, store: Store) -> str | None:
    """Return the secret that a binding names by its environment variable, None if it names none."""
    if binding.password_env is None:
        return None
    password = os.environ.get(binding.password_env)
    if password is None:
        raise ConnectorError(
            Fault(
                "CON-005",
                f"Binding of '{store.linked_service}': the environment variable '{binding.password_env}' is not set",
                cure=f"Set it before you run: export {binding.password_env}=…",
            )
        )
    return password


def connection_string(text: str) -> Mapping[str, str]:
    """Return the keys and values of `Key=value;Key=value`; keys lower-cased without blanks, values may hold `=`."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {key.strip().lower().replace(" ", ""): value.strip() for key, _, value in pairs}
