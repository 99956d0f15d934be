"""Which set a file belongs to: an account's own rules, the most specific scope first, then the built-in patterns.

The shape is that of Purview's resource set rule config. Purview runs regular expressions that clients send; this does
not, because a bad one stops everybody. What would need one is refused.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from headwater import typed
from headwater.catalog.model import Shape
from headwater.catalog.names.stores import KINDS
from headwater.catalog.resource_sets import patterns
from headwater.catalog.resource_sets.display import display_name
from headwater.errors import Fault, Invalid, Place, raise_if_any

NAME = "defaultResourceSetRuleConfig"
SET_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "aws_s3_v2_object": "aws_s3_v2_resource_set",
        "azure_blob_path": "azure_blob_resource_set",
        "azure_datalake_gen1_path": "azure_datalake_gen1_resource_set",
        "azure_datalake_gen2_path": "azure_datalake_gen2_resource_set",
        "azure_file": "azure_file_resource_set",
    }
)
"""The type of the set that files of a type make up."""
_ROOTS: Mapping[str, int] = MappingProxyType({"aws_s3_v2_object": 0, "azure_datalake_gen1_path": 0})
"""How many sections after the host name the container; in S3 the host is the bucket. One, where none is said."""
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "true|false",
        "date": r"\d{4}[-._/]?\d{2}[-._/]?\d{2}|\d{2}[-._]?\d{2}[-._]?\d{2}",
        "guid": "[0-9A-F]{8}-?(?:[0-9A-F]{4}-?){3}[0-9A-F]{12}",
        "hex": "[0-9A-F]+",
        "int": "[0-9]+",
        "locale": "[A-Z]{2,3}(?:[-_][A-Z]{4})?(?:[-_](?:[A-Z]{2}|[0-9]{3}))?",
        "number": r"[0-9]*(?:\.[0-9]+)?",
        "string": "[^/]+",
        "time": r"\d{2}[-._:]?\d{2}(?:[-._:]?\d{2})?",
        "timestamp": r"\d{4}[-._]?\d{2}[-._]?\d{2}[-._T ]?\d{2}[-._:]?\d{2}(?:[-._:]?\d{2})?Z?",
    }
)
"""What a named piece of a rule's pattern takes, by type."""
_PIECE = re.compile(
    r"\{\{(?P<static>[^{}:/]+)(?::(?P<static_type>[^{}]*))?\}\}|\{(?P<dynamic>[^{}:/]+)(?::(?P<type>[^{}]*))?\}"
)
_EXTENSION_LIST = re.compile(r"\^?\.\*\\\.(?:\(\?i\))?\((?P<extensions>\w+(?:\|\w+)*)\)(?:\(\?-i\))?\$?")
MOST_STRINGS = 3
"""In one section of a rule: a search for more takes long on a long name."""
_STRAY = re.compile(r"[{}]")


class Filter(Shape, frozen=True):
    name: str
    path: str
    filter_type: Literal["Pattern", "Regex"] = "Pattern"
    created_by: str = ""
    modified_by: str = ""
    last_updated_timestamp: float | None = None


class RegexText(Shape, frozen=True, omit_defaults=True):
    regex_str: str | None = None
    options: int | None = None
    max_digits: int | None = None
    max_letters: int | None = None
    min_dashes: int | None = None
    min_digits: int | None = None
    min_digits_or_letters: int | None = None
    min_dots: int | None = None
    min_hex: int | None = None
    min_letters: int | None = None
    min_underscores: int | None = None


class RegexReplacer(Shape, frozen=True, omit_defaults=True):
    name: str
    disabled: bool
    regex: RegexText | None = None
    replace_with: str | None = None
    condition: str | None = None
    description: str | None = None
    disable_recursive_replacer_application: bool | None = None
    do_not_replace_regex: RegexText | None = None
    created_by: str | None = None
    modified_by: str | None = None
    last_updated_timestamp: float | None = None


class ComplexReplacer(Shape, frozen=True, omit_defaults=True):
    name: str | None = None
    type_name: str | None = None
    disabled: bool = False
    description: str | None = None
    disable_recursive_replacer_application: bool | None = None
    created_by: str | None = None
    modified_by: str | None = None
    last_updated_timestamp: float | None = None


class ScopedRule(Shape, frozen=True):
    """`qualified_name` is the path below the scope, with `{name:type}` that varies and `{{name:type}}` that tells
    sets apart. With `is_resource_set` false, what fits is in no set.
    """

    qualified_name: str
    name: str | None = None
    display_name: str | None = None
    is_resource_set: bool = True
    last_updated_timestamp: float | None = None


class Scope(Shape, frozen=True):
    binding_url: str
    store_type: str
    rules: tuple[ScopedRule, ...] = ()


class PathPatterns(Shape, frozen=True):
    created_by: str
    enable_default_patterns: bool
    accepted_patterns: tuple[Filter, ...] = ()
    complex_replacers: tuple[ComplexReplacer, ...] | None = None
    last_updated_timestamp: float | None = None
    modified_by: str = ""
    normalization_rules: tuple[dict[str, object], ...] = ()
    regex_replacers: tuple[RegexReplacer, ...] | None = None
    rejected_patterns: tuple[Filter, ...] = ()
    scoped_rules: tuple[Scope, ...] = ()
    version: int = 0


class Advanced(Shape, frozen=True):
    resource_set_processing: Literal["Default", "Advanced", "None"] = "Default"
    modified_at: str | None = None


class RuleConfig(Shape, frozen=True):
    """An account's rules, in the shape of Purview's account API."""

    name: str = NAME
    advanced_resource_set: Advanced = Advanced()
    path_pattern_config: PathPatterns | None = None


DEFAULT = PathPatterns(
    created_by="AzureDataCatalog",
    enable_default_patterns=True,
    complex_replacers=tuple(ComplexReplacer(name=name, type_name=name) for name in patterns.COMPLEX),
    modified_by="AzureDataCatalog",
    regex_replacers=tuple(
        RegexReplacer(
            name=replacer.name,
            disabled=False,
            regex=RegexText(regex_str=replacer.pattern, options=9),
            replace_with=re.sub(r"\\(?:g<)?(\d+)>?", r"$\1", replacer.put),
            condition="ApplyToFileName" if replacer.in_file else None,
            disable_recursive_replacer_application=None if replacer.again else True,
            do_not_replace_regex=RegexText(regex_str=replacer.spared) if replacer.spared else None,
        )
        for replacer in patterns.REPLACERS
    ),
)
_BUILT_IN = {replacer.name: replacer for replacer in DEFAULT.regex_replacers or ()}


@dataclass(frozen=True, slots=True)
class Group:
    """The set that a file belongs to."""

    type_name: str
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class _Rule:
    scope: str
    pattern: re.Pattern[str]
    name: str
    statics: tuple[tuple[str, str], ...]
    """Names of pieces that tell sets apart, and of their groups in the pattern."""
    display_name: str
    groups: bool


class Grouping:
    """Rules made ready: which set does a file belong to."""

    def __init__(self, config: RuleConfig) -> None:
        given = config.path_pattern_config or DEFAULT
        self._on = config.advanced_resource_set.resource_set_processing != "None"
        self._built_in = given.enable_default_patterns
        self._disabled = frozenset(_disabled(given))
        self._accepted = [_filter(item) for item in given.accepted_patterns]
        self._rejected = [_filter(item) for item in given.rejected_patterns]
        scopes = sorted(given.scoped_rules, key=lambda scope: -len(_bound(scope)))
        self._rules = [_rule(scope, rule) for scope in scopes for rule in scope.rules]

    def group(self, type_name: str, qualified_name: str) -> Group | None:
        """Return the set of a file, None if it stands for itself. The same name always gives the same set."""
        set_type = SET_TYPES.get(type_name)
        if not self._on or set_type is None or qualified_name.endswith("/"):
            return None
        name = KINDS[set_type].key(qualified_name).name
        if any(fits(name) for fits in self._rejected):
            return None
        if self._accepted and not any(fits(name) for fits in self._accepted):
            return None
        for rule in self._rules:
            if name.startswith(rule.scope) and (found := rule.pattern.fullmatch(name, len(rule.scope))):
                return _by_rule(rule, found, set_type) if rule.groups else None
        return self._by_patterns(type_name, set_type, name) if self._built_in else None

    def _by_patterns(self, type_name: str, set_type: str, name: str) -> Group | None:
        root, path = _split(name, _ROOTS.get(type_name, 1))
        if not path or "{" in path or patterns.is_document(path):
            return None
        replaced = patterns.replaced(path, self._disabled)
        if replaced == path:
            return None
        return Group(set_type, root + replaced, display_name(root + replaced))


def _split(name: str, levels: int) -> tuple[str, str]:
    """Return a name up to and with its container, and the path below."""
    scheme, mark, rest = name.partition("://")
    sections = rest.split("/", levels + 1)
    if not mark or len(sections) <= levels + 1:
        return name, ""
    return f"{scheme}://" + "/".join(sections[: levels + 1]) + "/", sections[levels + 1]


def _by_rule(rule: _Rule, found: re.Match[str], set_type: str) -> Group:
    values = {name: found[group] for name, group in rule.statics}

    def put(piece: re.Match[str]) -> str:
        if static := piece["static"]:
            return values[static]
        return f"{{{piece['dynamic']}}}"

    name = rule.scope + _PIECE.sub(put, rule.name)
    shown = re.sub(r"\{\{([^{}:/]+)(?::[^{}]*)?\}\}", lambda piece: values.get(piece[1], piece[0]), rule.display_name)
    return Group(set_type, name, shown or display_name(name))


def _bound(scope: Scope) -> str:
    return scope.binding_url.rstrip("/") + "/"


def _rule(scope: Scope, rule: ScopedRule) -> _Rule:
    bound = KINDS["azure_blob_container"].key(_bound(scope)).name + "/"
    pattern, statics, at = "", [], 0
    text = rule.qualified_name.lstrip("/")
    for number, piece in enumerate(_PIECE.finditer(text)):
        pattern += re.escape(text[at : piece.start()])
        at = piece.end()
        kind = TYPES[(piece["static_type"] if piece["static"] else piece["type"]) or "string"]
        if piece["static"]:
            pattern += f"(?P<static_{number}>{kind})"
            statics.append((piece["static"], f"static_{number}"))
        else:
            pattern += f"(?:{kind})"
    pattern += re.escape(text[at:])
    return _Rule(
        bound, re.compile(pattern, re.IGNORECASE), text, tuple(statics), rule.display_name or "", rule.is_resource_set
    )


def _filter(item: Filter) -> Callable[[str], bool]:
    if item.filter_type == "Regex" and (found := _EXTENSION_LIST.fullmatch(item.path)):
        extensions = {extension.lower() for extension in found["extensions"].split("|")}
        return lambda name: name.rpartition(".")[2].lower() in extensions
    pattern = re.compile(fnmatch.translate(item.path), re.IGNORECASE)
    return lambda name: pattern.match(name) is not None


def _disabled(given: PathPatterns) -> Iterator[str]:
    """Yield the built-in replacers that are off: said to be, or left out of a list that was sent."""
    for sent, names in (
        (given.regex_replacers, [replacer.name for replacer in patterns.REPLACERS]),
        (given.complex_replacers, list(patterns.COMPLEX)),
    ):
        if sent is not None:
            used = {replacer.name for replacer in sent if not replacer.disabled}
            yield from (name for name in names if name not in used)


def check(config: RuleConfig) -> None:
    """Raise Invalid with every fault of rules that a client sends."""
    given = config.path_pattern_config
    raise_if_any(Invalid, () if given is None else _faults(given))


def _faults(given: PathPatterns) -> Iterator[Fault]:
    for position, replacer in enumerate(given.regex_replacers or ()):
        place = Place(path=f"pathPatternConfig.regexReplacers[{position}]")
        built_in = _BUILT_IN.get(replacer.name)
        sent = (replacer.regex.regex_str if replacer.regex else None) or (built_in and _text(built_in))
        if built_in is None or sent != _text(built_in):
            cure = "Send the built-in replacers as they were read, on or off; say what is special in scopedRules."
            yield Fault("CAT-167", f"'{replacer.name}' is a regular expression of one's own", place, cure)
    for position, other in enumerate(given.complex_replacers or ()):
        if other.name not in patterns.COMPLEX:
            place = Place(path=f"pathPatternConfig.complexReplacers[{position}]")
            yield Fault(
                "CAT-167", f"There is no replacer '{other.name}'", place, f"Known: {', '.join(patterns.COMPLEX)}."
            )
    for field, filters in (
        ("acceptedPatterns", given.accepted_patterns),
        ("rejectedPatterns", given.rejected_patterns),
    ):
        for position, item in enumerate(filters):
            if item.filter_type == "Regex" and not _EXTENSION_LIST.fullmatch(item.path):
                place = Place(path=f"pathPatternConfig.{field}[{position}]")
                cure = r"Send a Pattern with * and ?, or a Regex that lists extensions: ^.*\.(?i)(a|b)(?-i)$."
                yield Fault("CAT-167", f"The regular expression '{item.path}' is not run", place, cure)
    for position, scope in enumerate(given.scoped_rules):
        yield from _scope_faults(scope, f"pathPatternConfig.scopedRules[{position}]")


def _text(replacer: RegexReplacer) -> str | None:
    return replacer.regex.regex_str if replacer.regex else None


def _is_open(piece: re.Match[str]) -> bool:
    return ((piece["static_type"] if piece["static"] else piece["type"]) or "string") in {"number", "string"}


def _scope_faults(scope: Scope, path: str) -> Iterator[Fault]:
    if "://" not in scope.binding_url:
        cure = "Send the URL of the folder, like https://account.blob.core.windows.net/container/folder."
        yield Fault("CAT-167", f"bindingUrl '{scope.binding_url}' is no URL", Place(path=path), cure)
    for position, rule in enumerate(scope.rules):
        place = Place(path=f"{path}.rules[{position}].qualifiedName")
        text = rule.qualified_name
        for piece in _PIECE.finditer(text):
            said = piece["static_type"] if piece["static"] else piece["type"]
            if said and said not in TYPES:
                cure = f"Types are {', '.join(TYPES)}."
                yield Fault("CAT-167", f"'{piece[0]}' has the unknown type '{said}'", place, cure)
        for section in text.split("/"):
            if len([piece for piece in _PIECE.finditer(section) if _is_open(piece)]) > MOST_STRINGS:
                cure = "Say more of what stands between them, or give them narrower types."
                yield Fault("CAT-167", f"'{section}' has more than {MOST_STRINGS} strings", place, cure)
        if not text.strip("/"):
            yield Fault("CAT-167", "A rule has no path", place, "Send the path below the scope.")
        if _STRAY.search(_PIECE.sub("", text)):
            cure = "Write {name:type} for what varies and {{name:type}} for what tells sets apart."
            yield Fault("CAT-167", f"'{text}' has a curly bracket that belongs to nothing", place, cure)


@lru_cache(maxsize=8)
def grouping(document: str) -> Grouping:
    """Return the rules of a stored document, made ready once."""
    return Grouping(typed.decode(document, RuleConfig)) if document else Grouping(RuleConfig())
