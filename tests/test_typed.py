"""Types that several threads ask for at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from headwater import typed

# Every round has types that nobody asked for before, and threads take turns as often as they can.
AT_ONCE = """
import sys, threading, types
from headwater import typed

MODULE = '''
from __future__ import annotations
import msgspec

class Leaf(msgspec.Struct):
    number: int = 0
    text: str | None = None
    below: list[Leaf] | None = None

class Branch(msgspec.Struct):
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()

class Tree(msgspec.Struct):
    branch: Branch | None = None
    branches: tuple[Branch, ...] = ()
'''
TEXT = b'{"branch": {"leaf": {"number": 1}}, "branches": [{"leaves": [{"text": "t"}]}]}'

def read(start, module):
    start.wait()
    assert typed.decode(TEXT, module.Tree).branches[0].leaves[0].text == "t"
    assert typed.convert({"leaf": {"number": 2}}, module.Branch).leaf.number == 2

sys.setswitchinterval(1e-6)
for number in range(300):
    module = types.ModuleType(f"types_{number}")
    sys.modules[module.__name__] = module
    exec(MODULE, vars(module))
    start = threading.Barrier(3)
    threads = [threading.Thread(target=read, args=(start, module)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("fine")
"""


class Port(msgspec.Struct):
    name: str
    depth: int = 0


def test_type_that_threads_ask_for_at_once_is_learnt_once() -> None:
    """A process of its own, since what went wrong would end it."""
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr


def test_text_is_read_as_a_type() -> None:
    assert typed.decode('{"name": "Oslo", "depth": 9}', Port) == Port("Oslo", 9)
    assert typed.decode(b'["a", "b"]', tuple[str, ...]) == ("a", "b")
    assert typed.decode(b"null", str | None) is None


def test_number_as_text_is_taken_where_that_is_allowed() -> None:
    assert typed.decode(b'{"name": "Oslo", "depth": "9"}', Port, strict=False) == Port("Oslo", 9)
    with pytest.raises(msgspec.ValidationError, match=r"\$\.depth"):
        typed.decode(b'{"name": "Oslo", "depth": "9"}', Port)


def test_value_is_taken_as_a_type() -> None:
    assert typed.convert({"name": "Oslo"}, Port) == Port("Oslo")
    with pytest.raises(msgspec.ValidationError, match="name"):
        typed.convert({}, Port)


def test_reader_of_a_type_is_made_once() -> None:
    assert typed.decoder(Port) is typed.decoder(Port)
