"""What the reference lists is generated; these tests say that it is fresh and that nothing lacks its sentence."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import msgspec
import pytest

from headwater.cli.main import VERBS
from headwater.codes import CODES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "\n".join(f.read_text(encoding="utf-8") for f in (ROOT / "src" / "headwater").rglob("*.py"))
CODE = re.compile(r'"([A-Z]{3}-\d{3})"')


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("name", sorted(GENERATOR.PAGES))
def test_reference_page_is_fresh(name: str) -> None:
    """`make docs` has been run since the code changed."""
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == GENERATOR.PAGES[name]()


def test_every_error_code_used_is_listed() -> None:
    assert sorted(set(CODE.findall(SOURCE)) - set(CODES)) == []


def test_every_error_code_listed_is_used() -> None:
    used = {code for code in CODES if SOURCE.count(code) > 1}
    assert sorted(set(CODES) - used) == []


@pytest.mark.parametrize("struct", [struct for _, struct in GENERATOR.SECTIONS], ids=lambda s: s.__name__)
def test_every_setting_has_its_sentence(struct: type[msgspec.Struct]) -> None:
    hints = get_type_hints(struct, include_extras=True)
    sections = {"account", "workspaces", "bindings", "engine", "server"}
    silent = [f.name for f in msgspec.structs.fields(struct) if not GENERATOR._meta(hints[f.name])[1]]
    assert set(silent) <= sections


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_page_in_the_reference(verb: str) -> None:
    assert f"## `headwater {verb}" in (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")


def test_readme_names_the_two_commands_and_every_verb_by_hand() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (
        "make demo",
        "make test",
        "headwater check",
        "headwater run",
        "headwater lineage",
        "headwater serve",
        "headwater connect",
        "headwater status",
    ):
        assert text in readme, text
