"""Purview's normalization of whole names, as data: what each rule does to a name. Which type takes which rules
stands in `stores.py`.

Rules never change a name that is kept. They make the key by which two spellings of one thing meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from headwater.data.normalization import bare, encoded, with_lower_extension

STORE_CASE = "store case"
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
_SLASHES = re.compile(r"(?<!:)/{2,}")
_GEN1 = re.compile(
    r"(?:https?|s?webhdfs)://([^/]+\.azuredatalakestore\.net)(?:/webhdfs/v1)?(.*)", re.DOTALL | re.IGNORECASE
)
_BELOW_SERVERS = "servers"
"""What PostgreSQL's names have in the host's place; the host follows."""
PORTS: Mapping[str, str] = MappingProxyType(
    {"http": "80", "https": "443", "mssql": "1433", "mysql": "3306", "postgresql": "5432"}
)
"""The port that a scheme's names leave out."""


@dataclass(frozen=True, slots=True)
class Rule:
    does: str
    apply: Callable[[str], str]


def _on_host(change: Callable[[str, str], str]) -> Callable[[str], str]:
    """Apply a change of (scheme, host) to a name that has both."""

    def apply(name: str) -> str:
        if not (found := _PARTS.fullmatch(name)):
            return name
        scheme, host, rest = found.groups()
        if host == _BELOW_SERVERS:
            host, slash, below = rest.removeprefix("/").partition("/")
            return f"{scheme}://{_BELOW_SERVERS}/{change(_BELOW_SERVERS, host)}{slash}{below}" if host else name
        return f"{scheme}://{change(scheme.lower(), host)}{rest}"

    return apply


def _on_sections(change: Callable[[str], str]) -> Callable[[str], str]:
    """Apply a change to each section below the host; a last empty one says that the name is a folder's."""

    def apply(name: str) -> str:
        scheme, mark, rest = name.partition("://")
        if not mark:
            return name
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host}{slash}" + "/".join(change(section) for section in path.split("/"))

    return apply


def _without_default_port(scheme: str, host: str) -> str:
    if scheme == _BELOW_SERVERS:
        return host if ":" in host or not host else f"{host}:{PORTS['postgresql']}"
    host = host.removeprefix("tcp:") if scheme == "mssql" else host
    if scheme == "mssql":
        host = host.replace(",", ":")
    return host.removesuffix(f":{PORTS[scheme]}") if scheme in PORTS else host


def _lower_scheme(name: str) -> str:
    scheme, mark, rest = name.partition("://")
    return scheme.lower() + mark + rest if mark and scheme.isascii() else name


def _lower_extension(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    return folder + slash + with_lower_extension(file)


def _lower_before_part(name: str) -> str:
    own, mark, part = name.partition("#")
    return own.lower() + mark + part if own.startswith("/") else name


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "adl scheme": Rule(
            "Data Lake Storage Gen1 is named adl://, however it was reached.",
            lambda name: _GEN1.sub(r"adl://\1\2", name),
        ),
        "curly brackets": Rule(
            "Curly brackets are encoded, since they mean a resource set's pattern.",
            _on_sections(lambda section: section.replace("{", "%7B").replace("}", "%7D")),
        ),
        "default port": Rule(
            "A port that is the store's own is left out (PostgreSQL's names state it), as is `tcp:`.",
            _on_host(_without_default_port),
        ),
        "double slashes": Rule("Several slashes are one.", lambda name: _SLASHES.sub("/", name)),
        "file extension case": Rule("A file's extension is in lower case.", _lower_extension),
        "hostname case": Rule("A host is in lower case.", _on_host(lambda _, host: host.lower())),
        "hostname spaces": Rule("A host has no spaces.", _on_host(lambda _, host: "".join(host.split()))),
        "resource id case": Rule(
            "The name of what Azure Resource Manager keeps, and of what stands below it, has no case.",
            _lower_before_part,
        ),
        "scheme case": Rule("A scheme is in lower case.", _lower_scheme),
        "section spaces": Rule(
            "A section has no spaces around it, and those within are encoded.",
            _on_sections(lambda section: section.strip().replace(" ", "%20")),
        ),
        "square brackets": Rule(
            "T-SQL's brackets around a name are left out.", _on_sections(lambda section: encoded(bare(section)))
        ),
        STORE_CASE: Rule("The store itself takes names that differ in case for the same.", str.casefold),
        "trailing slash": Rule(
            "An account, service, server or container ends with no slash.", lambda name: name.rstrip("/") or name
        ),
    }
)

# Names that no rule changes, told in one look, since most are like this: all in lower case; or, where the store
# minds case, all but the sections between host and extension.
_LOWER = re.compile(r"(?!postgresql:|.*azuredatalakestore)[a-z][a-z0-9+.-]*://[a-z0-9._-]+(?:/[!-.0-@\\^-z|~]+)*")
_MIXED = re.compile(r"(?!postgresql:|.*azuredatalakestore)[a-z][a-z0-9+.-]*://[a-z0-9._-]+(?:/[!-.0-Z\\^-z|~]+)*")
_upper_extension = re.compile(r"\.[^./]*[A-Z][^./]*$").search
_ROUNDS = 8


class Normalized(msgspec.Struct, frozen=True):
    """A name by which spellings compare, and the rules that changed something on the way to it."""

    name: str
    rules: tuple[str, ...]


def normalize(name: str, rules: tuple[str, ...]) -> Normalized:
    """Apply the rules in the order of their table, until none changes anything."""
    if _LOWER.fullmatch(name) or (STORE_CASE not in rules and _MIXED.fullmatch(name) and not _upper_extension(name)):
        return Normalized(name, ())
    if STORE_CASE in rules and _MIXED.fullmatch(name) and _LOWER.fullmatch(lower := name.lower()):
        return Normalized(lower, (STORE_CASE,))
    fired: dict[str, None] = {}
    for _ in range(_ROUNDS):
        before = name
        for rule in rules:
            after = RULES[rule].apply(name)
            if after != name:
                fired[rule] = None
                name = after
        if name == before:
            break
    return Normalized(name, tuple(sorted(fired)))
