"""Reads a statement's arguments: options with their values, clauses, and what does not belong there.

Options that change nothing in the result (`broadcast`, `partitionBy`) are taken and left; one that would change it and
is not supported is a fault, so that nothing is silently ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headwater.errors import Fault
from headwater.language.dataflow.ast import (
    Assignment,
    Clause,
    ColumnDeclaration,
    Expr,
    Literal,
    Node,
    Option,
    Positional,
)
from headwater.language.dataflow.scope import nearest
from headwater.language.expression.ast import Json
from headwater.transformations.constant import constant
from headwater.transformations.protocol import Given, Transformation


def unexpected(given: Given, transformation: Transformation) -> list[Fault]:
    """Return a fault for each option and clause that the transformation does not take, and for wrong input counts."""
    faults = [*_wrong_inputs(given, transformation)]
    for argument in given.statement.args:
        if isinstance(argument, Option):
            faults.extend(_wrong_option(given, argument, transformation.options))
        elif isinstance(argument, Clause) and argument.name not in (*transformation.clauses, "partitionBy"):
            cure = f"'{transformation.verb}' takes {_listed(transformation.clauses)}."
            faults.append(given.fault("LNG-061", f"'{argument.name}(…)' does not belong here", argument, cure))
        elif isinstance(argument, ColumnDeclaration):
            cure = "Declare columns inside output(…) or input(…)."
            faults.append(given.fault("LNG-061", f"Column '{argument.name}' is declared here", argument, cure))
    return faults


def _wrong_inputs(given: Given, transformation: Transformation) -> Iterable[Fault]:
    least, most = transformation.inputs
    if not least <= len(given.inputs) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        yield given.fault(
            "LNG-062",
            f"'{given.statement.name}' has {len(given.inputs)} input streams, '{transformation.verb}' takes {wanted}",
            cure=f"Write the streams before '{transformation.verb}', with commas between them.",
        )


def _wrong_option(given: Given, option: Option, known: Mapping[str, frozenset[str] | None]) -> Iterable[Fault]:
    if option.name not in known:
        yield given.fault(
            "LNG-060",
            f"Option '{option.name}' of '{given.statement.verb}' is not supported",
            option,
            f"Remove it. {nearest(option.name, sorted(known))}",
        )
        return
    allowed = known[option.name]
    value = option.value
    if allowed is None:
        return
    said = value.value if isinstance(value, Literal) else given.written(option)
    if str(said).lower() not in allowed:
        yield given.fault(
            "LNG-060",
            f"'{option.name}: {said}' of '{given.statement.verb}' is not supported",
            option,
            f"Supported: {_listed(allowed)}.",
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names)) or "none"


def flag(given: Given, name: str, default: bool = False) -> bool:
    """Return a true/false option."""
    option = given.statement.option(name)
    if option is None:
        return default
    value = value_of(given, option)
    if not isinstance(value, bool):
        raise given.refuse("LNG-063", f"'{name}' is not true or false", option, f"Write {name}: true or {name}: false.")
    return value


def number(given: Given, name: str) -> int | None:
    """Return a whole-number option, or None where it is not given."""
    option = given.statement.option(name)
    if option is None:
        return None
    value = value_of(given, option)
    if isinstance(value, bool) or not isinstance(value, int):
        raise given.refuse("LNG-063", f"'{name}' is not a whole number", option, f"Write {name}: 1, for example.")
    return value


def text(given: Given, name: str) -> str | None:
    """Return a string option, or None where it is not given."""
    option = given.statement.option(name)
    if option is None:
        return None
    value = value_of(given, option)
    if not isinstance(value, str):
        raise given.refuse("LNG-063", f"'{name}' is not a string", option, f"Write {name}: 'value'.")
    return value


def texts(given: Given, name: str) -> tuple[str, ...]:
    """Return an option that is a list of strings, or a single one."""
    option = given.statement.option(name)
    if option is None:
        return ()
    value = value_of(given, option)
    values = value if isinstance(value, list) else [value]
    strings = tuple(item for item in values if isinstance(item, str))
    if len(strings) < len(values):
        raise given.refuse("LNG-063", f"'{name}' is not a list of strings", option, f"Write {name}: ['value'].")
    return strings


def value_of(given: Given, option: Option) -> Json:
    """Return the value of an option's expression. Raises LanguageError if it needs a column."""
    if isinstance(option.value, tuple):
        return [constant(given.names, item, given.source) for item in option.value]
    return constant(given.names, option.value, given.source)


def positional(given: Given) -> tuple[Positional, ...]:
    """Return the bare expressions among the arguments."""
    return tuple(argument for argument in given.statement.args if isinstance(argument, Positional))


def condition(given: Given) -> Expr:
    """Return the one bare expression. Raises LanguageError if there is none or more."""
    found = positional(given)
    if len(found) == 1:
        return found[0].value
    place: Node = found[1] if found else given.statement
    verb = given.statement.verb
    raise given.refuse("LNG-064", f"'{verb}' needs one condition, has {len(found)}", place, f"Write {verb}(condition).")


def assignments(given: Given) -> tuple[Assignment | Clause, ...]:
    """Return `name = expression`, `:local := expression` and `each(…)` among the arguments, in order."""
    return tuple(
        argument
        for argument in given.statement.args
        if isinstance(argument, Assignment) or (isinstance(argument, Clause) and argument.name == "each")
    )
