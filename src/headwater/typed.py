"""Reading JSON and plain values as types of ours, in any thread.

msgspec learns what a type holds when it is first asked for it. A second thread that asks meanwhile uses what is half
learnt and ends the process, so types are learnt here, one at a time.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")
Raw = bytes | bytearray | memoryview | str
_learning = threading.Lock()
_known: dict[object, msgspec.json.Decoder[Any]] = {}  # Any: of every type.


@overload
def decoder(type: type[T]) -> msgspec.json.Decoder[T]: ...
@overload
def decoder(type: Any) -> msgspec.json.Decoder[Any]: ...  # Any: a union, which mypy takes for no type.
def decoder(type: Any) -> msgspec.json.Decoder[Any]:
    """Return what reads JSON as this type; the same one each time."""
    if (found := _known.get(type)) is not None:
        return found
    with _learning:
        return _known.setdefault(type, msgspec.json.Decoder(type))


@overload
def decode(text: Raw, type: type[T], *, strict: bool = True) -> T: ...
@overload
def decode(text: Raw, type: Any, *, strict: bool = True) -> Any: ...
def decode(text: Raw, type: Any, *, strict: bool = True) -> Any:
    """Return JSON as this type. Raises msgspec.DecodeError; not `strict` takes `"25"` for 25 too."""
    found = decoder(type)
    return found.decode(text) if strict else msgspec.json.decode(text, type=type, strict=False)


@overload
def convert(value: object, type: type[T]) -> T: ...
@overload
def convert(value: object, type: Any) -> Any: ...
def convert(value: object, type: Any) -> Any:
    """Return a value of dicts, lists and scalars as this type. Raises msgspec.ValidationError."""
    decoder(type)
    return msgspec.convert(value, type)
