"""Which part of a file's name is a partition: the built-in replacers, in the order in which they are tried.

A replacer works on one section of the path at a time, again and again until it finds nothing more. Those that look at
several sections go first, since the others would leave them nothing to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

_DELIMITER = r"[-._@]?"
_MONTH, _DAY, _HOUR = "(0[1-9]|1[012])", "(0[1-9]|[12][0-9]|3[01])", "(2[0-3]|[01]?[0-9])"
_DATE = rf"(20)[1-9][0-9]({_DELIMITER}){_MONTH}({_DELIMITER}){_DAY}"
# Python's lookbehind takes no `^` beside characters, so the two are alternatives outside of it.
_AFTER, _BEFORE = r"(?:(?<=[-.=_@])|^)", r"(?=[-.=_@]|$)"
_VERSION = rf"{_AFTER}[v](\d+)[.](\d+)[.]?(\d+)?{_BEFORE}"
_GUID = "[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}"
LOCALES = (
    "ar-ae", "ar-eg", "ar-sa", "bg-bg", "ca-es", "cs-cz", "da-dk", "de-at", "de-ch", "de-de", "el-gr", "en-au",
    "en-ca", "en-gb", "en-ie", "en-in", "en-nz", "en-sg", "en-us", "en-za", "es-ar", "es-cl", "es-co", "es-es",
    "es-mx", "et-ee", "eu-es", "fi-fi", "fr-be", "fr-ca", "fr-ch", "fr-fr", "gl-es", "he-il", "hi-in", "hr-hr",
    "hu-hu", "id-id", "is-is", "it-ch", "it-it", "ja-jp", "ko-kr", "lt-lt", "lv-lv", "ms-my", "nb-no", "nl-be",
    "nl-nl", "no-no", "pl-pl", "pt-br", "pt-pt", "ro-ro", "ru-ru", "sk-sk", "sl-si", "sr-rs", "sv-se", "th-th",
    "tr-tr", "uk-ua", "vi-vn", "zh-cn", "zh-hk", "zh-tw",
)  # fmt: skip
_LOCALE = "|".join(locale.replace("-", "[-_]") for locale in LOCALES)


@dataclass(frozen=True, slots=True)
class Replacer:
    """A built-in pattern. `spared` are pieces that it leaves alone; `in_file` looks at file names only.

    Sections that are shorter than `shortest`, or without the text `hint`, cannot fit and are not looked at.
    """

    name: str
    pattern: str
    put: str
    spared: str = ""
    in_file: bool = False
    again: bool = True
    shortest: int = 1
    hint: str = ""


REPLACERS: tuple[Replacer, ...] = (
    Replacer("Guid", f"([0-9A-F]{{32}}|{_GUID})", "{GUID}", shortest=32),
    Replacer("Number", r"^\d+$", "{N}", again=False),
    Replacer(
        "yyyy-mm-ddThh-MM-ss",
        rf"{_DATE}([T]){_HOUR}({_DELIMITER})([0-5][0-9])({_DELIMITER})([0-5][0-9])(Z)?",
        r"{Year}\2{Month}\4{Day}\6{Hour}\8{Minute}\g<10>{Second}\g<12>",
        shortest=14,
        hint="20",
    ),
    Replacer("yyyy-mm-ddThh", rf"{_DATE}([T]){_HOUR}(Z)?", r"{Year}\2{Month}\4{Day}\6{Hour}\8", shortest=10, hint="20"),
    Replacer("yyyy-mm-ddZ", rf"{_DATE}(Z)", r"{Year}\2{Month}\4{Day}\6", shortest=9, hint="20"),
    Replacer(
        "yyyy-mm-dd-hhZ",
        rf"{_DATE}({_DELIMITER}){_HOUR}(Z)",
        r"{Year}\2{Month}\4{Day}\6{Hour}\8",
        shortest=10,
        hint="20",
    ),
    Replacer(
        "yyyy-mm-dd",
        rf"([-.=_@]|^)(20)[1-9][0-9]([-._@]){_MONTH}([-._@]){_DAY}([-.=_@]|$)",
        r"\1{Year}\3{Month}\5{Day}\7",
        shortest=10,
        hint="20",
    ),
    Replacer("NumberBetweenDelimiter", rf"{_AFTER}(\d+){_BEFORE}", "{N}", spared=_VERSION),
    Replacer("4ByteHex", r"(?:(?<=[-._@])|^)([0-9A-F]{8,16})(?=[-._@]|$)", "{HEX}", spared=_VERSION, shortest=8),
    Replacer("NumberInFile", r"(\d+)", "{N}", spared=rf"{_VERSION}|b2b|[.](?=[^./]*[A-Z])[^./]*$", in_file=True),
    Replacer("Localization", rf"(?:(?<=[-._@=])|^)({_LOCALE})(?=[-._@=]|$)", "{LOC}", shortest=5),
)
SPARK, DATE_IN_PATH = "SparkPath", "Date(yyyy/mm/dd)InPath"
COMPLEX = (SPARK, DATE_IN_PATH)
NAMES = frozenset((*COMPLEX, *(replacer.name for replacer in REPLACERS)))

_OFFICE = frozenset(
    {"doc", "docm", "docx", "dot", "odp", "ods", "odt", "pdf", "pot", "pps", "ppsx", "ppt", "pptm", "pptx"}
    | {"xlc", "xls", "xlsb", "xlsm", "xlsx", "xlt"}
)
"""Extensions of documents that stand for themselves, however they are named."""
_SPARK_FILE = re.compile(rf"part-(?:[rm]-)?\d{{5}}(?:-(?:tid-\d+-)?{_GUID})?(?:[-_.].*)?", re.IGNORECASE)
_PARTITION = re.compile(r"[^=/]+=[^/]*")
_DAYS = re.compile(rf"(?<![^/])20[1-9][0-9]/{_MONTH}/{_DAY}(?![^/])")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_HIDDEN = re.compile("[\ue000-\ue0ff]")
_COMPILED = {replacer.name: re.compile(replacer.pattern, re.IGNORECASE) for replacer in REPLACERS}
_SPARED = {replacer.name: re.compile(replacer.spared, re.IGNORECASE) for replacer in REPLACERS if replacer.spared}
_MIGHT = re.compile(r"\d|[0-9A-F]{8}|[A-Z]{2}[-_][A-Z]{2}", re.IGNORECASE)
_ROUNDS = 32


def is_document(path: str) -> bool:
    """Tell whether a file is of a kind that is never a partition: Word, Excel, PDF."""
    return path.rpartition(".")[2].lower() in _OFFICE


def replaced(path: str, disabled: Iterable[str] = ()) -> str:
    """Return a path below its container with what varies put in curly brackets; the path itself if nothing does.

    Digits of percent escapes are no numbers. `disabled` are names of replacers that are not used.
    """
    off = frozenset(disabled)
    hidden = _ESCAPE.sub(lambda found: chr(0xE000 + int(found[1], 16)), path)
    if SPARK not in off:
        hidden = _spark(hidden)
    if DATE_IN_PATH not in off:
        hidden = _DAYS.sub("{Year}/{Month}/{Day}", hidden)
    *folders, file = hidden.split("/")
    sections = [_folder(folder, off) for folder in folders]
    sections.append(_section(file, off, in_file=True))
    return _HIDDEN.sub(lambda found: f"%{ord(found[0]) - 0xE000:02X}", "/".join(sections))


def _spark(path: str) -> str:
    """Put one mark in the place of a Spark part file and the partition folders around it."""
    *folders, file = path.split("/")
    if not folders or not _SPARK_FILE.fullmatch(file):
        return path
    while len(folders) > 1 and _PARTITION.fullmatch(folders[-1]):
        folders.pop()
    return "/".join((*folders, "{SparkPartitions}"))


@lru_cache(maxsize=4096)
def _folder(section: str, off: frozenset[str]) -> str:
    return _section(section, off, in_file=False)


def _section(section: str, off: frozenset[str], *, in_file: bool) -> str:
    if not _MIGHT.search(section):
        return section
    for replacer in REPLACERS:
        if replacer.name in off or (replacer.in_file and not in_file):
            continue
        if len(section) < replacer.shortest or replacer.hint not in section:
            continue
        for _ in range(_ROUNDS if replacer.again else 1):
            before = section
            section = _once(replacer, section)
            if section == before:
                break
    return section


def _once(replacer: Replacer, section: str) -> str:
    pattern = _COMPILED[replacer.name]
    if (spared := _SPARED.get(replacer.name)) is None:
        return pattern.sub(replacer.put, section)
    kept = [found.span() for found in spared.finditer(section)]
    return pattern.sub(partial(_unless, kept, replacer.put), section)


def _unless(kept: list[tuple[int, int]], put: str, found: re.Match[str]) -> str:
    within = any(start <= found.start() and found.end() <= end for start, end in kept)
    return found[0] if within else put
