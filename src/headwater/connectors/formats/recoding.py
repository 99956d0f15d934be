"""Files that the engine does not read as they are: unpacked, decoded, re-delimited on their way to scratch, and back.

Separate from the formats, which say what is to be done, and from the stores, which know nothing of it. Both ways pass
one block at a time.
"""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from headwater.connectors.formats.archives import pack
from headwater.connectors.formats.codecs import BLOCK, BROKEN, CODECS
from headwater.connectors.formats.malformed import malformed_as
from headwater.errors import ConnectorError, Fault

_BOM = "\ufeff"


class TextFilter(Protocol):
    """A way to write text that the engine has no words for; a frozen value."""

    def decode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield the same in the engine's own dialect; the pieces may be cut anywhere."""

    def encode(self, texts: Iterator[str]) -> Iterator[str]:
        """Yield what the engine wrote in this dialect."""


class Mend(TextFilter, Protocol):
    """A filter for files that the engine would misunderstand, which only a look at each of them tells."""

    def is_needed(self, file: BinaryIO) -> bool:
        """Return whether this file is such; reads as much of it as that takes."""


@dataclass(frozen=True, slots=True)
class Recoding:
    """What stands between a file and what the engine reads: a codec, an encoding, a dialect of text."""

    codec: str = "none"
    encoding: str = "utf-8"
    dialect: TextFilter | None = None
    fast: bool = False

    @property
    def is_text(self) -> bool:
        return self.encoding != "utf-8" or self.dialect is not None


def recode_in(source: BinaryIO, target: Path, recoding: Recoding, what: str) -> None:
    """Write what a file stands for, as the engine reads it. Raises ConnectorError about `what` if it is broken."""
    reader = CODECS[recoding.codec].reader
    with malformed_as(BROKEN, what, recoding.codec if reader else f"text in {recoding.encoding}"):
        plain = reader(source) if reader else source
        with target.open("wb") as file:
            if not recoding.is_text:
                shutil.copyfileobj(plain, file, BLOCK)
                return
            texts = _decoded(plain, recoding.encoding)
            for text in recoding.dialect.decode(texts) if recoding.dialect else texts:
                file.write(text.encode())


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    first = True
    while block := file.read(BLOCK):
        text = decoder.decode(block)
        yield text.removeprefix(_BOM) if first else text
        first = first and not text
    yield decoder.decode(b"", True)


def recode_out(source: Path, target: BinaryIO, recoding: Recoding, name: str, what: str) -> None:
    """Write what the engine wrote as the dataset wants it; `name` is the file's, for the member of an archive.

    Raises ConnectorError for a character that the encoding does not have. `source` may be written anew.
    """
    if CODECS[recoding.codec].is_archive:
        plain = _as_text(source, recoding, what) if recoding.is_text else source
        pack(target, recoding.codec, _member(name, recoding.codec), plain, recoding.fast)
        return
    writer = CODECS[recoding.codec].writer
    opened = writer(target, recoding.fast) if writer else target
    _write(source, opened, recoding, what)
    if opened is not target:
        opened.close()


def _member(name: str, codec: str) -> str:
    for extension in (CODECS[codec].extension, ".tgz"):
        name = name.removesuffix(extension)
    return PurePosixPath(name).name or "data"


def _as_text(source: Path, recoding: Recoding, what: str) -> Path:
    plain = source.with_name(f"{source.name}.text")
    with plain.open("wb") as file:
        _write(source, file, recoding, what)
    return plain.replace(source)


def _write(source: Path, target: BinaryIO, recoding: Recoding, what: str) -> None:
    with source.open("rb") as file:
        if not recoding.is_text:
            shutil.copyfileobj(file, target, BLOCK)
            return
        texts = _decoded(file, "utf-8")
        encoder = codecs.getincrementalencoder(recoding.encoding)()
        for text in recoding.dialect.encode(texts) if recoding.dialect else texts:
            try:
                target.write(encoder.encode(text))
            except UnicodeEncodeError as error:
                character = error.object[error.start]
                raise ConnectorError(
                    Fault(
                        "CON-032",
                        f"{what} has '{character}' (U+{ord(character):04X}), which {recoding.encoding} cannot hold",
                        cure="Give the sink's dataset an encoding that has it, such as UTF-8.",
                    )
                ) from error
        target.write(encoder.encode("", True))
