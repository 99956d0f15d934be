"""The parameters of a flow: declared with a type and perhaps a default, given as data flow expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headwater.data.types import ANY, DataType, Decimal, Scalar
from headwater.errors import Fault, LanguageError
from headwater.language.dataflow.ast import Expr, ParameterDeclaration
from headwater.language.dataflow.parser import parse_expression
from headwater.language.dataflow.scope import Resolved, nearest
from headwater.language.dataflow.typing import resolve
from headwater.language.source import Source
from headwater.transformations.scope import Names, scope_over

_NUMBERS = frozenset({"byte", "double", "float", "integer", "long", "short"})


def resolve_parameters(
    declarations: tuple[ParameterDeclaration, ...], given: Mapping[str, Source], source: Source, faults: list[Fault]
) -> dict[str, Resolved]:
    """Return the value of each parameter by name; what is wrong with them is added to `faults`.

    A default sees the parameters that are declared before it.
    """
    values: dict[str, Resolved] = {}
    for declaration in declarations:
        try:
            values[declaration.name] = _value(declaration, given.get(declaration.name), source, Names(values))
        except LanguageError as error:
            faults.extend(error.faults)
    names = {declaration.name: None for declaration in declarations}
    for name, text in given.items():
        if name not in names:
            message = f"The data flow has no parameter '{name}'"
            faults.append(Fault("LNG-075", message, text.place, nearest(name, names)))
    return values


def _value(declaration: ParameterDeclaration, given: Source | None, source: Source, names: Names) -> Resolved:
    if given is not None:
        expr, faults = parse_expression(given)
        if expr is None:
            raise LanguageError(*(replace(f, cure=_quoting(declaration, given, f)) for f in faults))
        try:
            resolved = resolve(expr, scope_over((), Names()), given)
        except LanguageError as error:
            raise LanguageError(*(replace(f, cure=_quoting(declaration, given, f)) for f in error.faults)) from error
        return _fitting(declaration, expr, resolved, given)
    if declaration.default is not None:
        resolved = resolve(declaration.default, scope_over((), names), source)
        return _fitting(declaration, declaration.default, resolved, source)
    message = f"Parameter '{declaration.name}' has no value and no default"
    cure = "Give it one in the activity's parameters, or a default in the script."
    raise LanguageError(source.fault("LNG-075", message, declaration.span, cure))


def _quoting(declaration: ParameterDeclaration, given: Source, fault: Fault) -> str:
    if str(declaration.type) != "string" or "'" in given.text or '"' in given.text:
        return fault.cure
    return "A parameter is a data flow expression: put quotes around a text, as in \"'abc'\"."


def _fitting(declaration: ParameterDeclaration, expr: Expr, value: Resolved, source: Source) -> Resolved:
    if value.type == declaration.type or ANY in (value.type, declaration.type):
        return value
    if _is_number(value.type) and _is_number(declaration.type):
        return value
    message = f"Parameter '{declaration.name}' is {declaration.type}, its value is {value.type}"
    raise LanguageError(source.fault("LNG-075", message, expr.span, f"Give it a value of type {declaration.type}."))


def _is_number(type_: DataType) -> bool:
    return isinstance(type_, Decimal) or (isinstance(type_, Scalar) and type_.name in _NUMBERS)
