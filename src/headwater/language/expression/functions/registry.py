"""The table of all functions. A new function is a line in its family's file; a new family is a line here."""

from __future__ import annotations

import difflib
from types import MappingProxyType

from headwater.errors import Fault
from headwater.language.expression.ast import Call
from headwater.language.expression.functions import collection, conversion, date, logical, math, scope, string, xml
from headwater.language.expression.functions.function import Function
from headwater.language.source import Source, Span

_FAMILIES = (collection, conversion, date, logical, math, scope, string, xml)

FUNCTIONS: MappingProxyType[str, Function] = MappingProxyType(
    {
        function.name: function
        for function in sorted((f for family in _FAMILIES for f in family.FUNCTIONS), key=lambda f: f.name.lower())
    }
)
"""Name → function, sorted; `find_function` ignores case."""

_BY_LOWER_NAME = {name.lower(): function for name, function in FUNCTIONS.items()}


def find_function(name: str) -> Function | None:
    """Return the function of this name, ignoring case, or None."""
    return _BY_LOWER_NAME.get(name.lower())


def complain_about_call(call: Call, name: Span, source: Source) -> tuple[Fault, ...]:
    """Return the fault of a call to an unknown function or with a wrong number of arguments, if there is one."""
    function = find_function(call.name)
    if function is None:
        near = difflib.get_close_matches(call.name.lower(), _BY_LOWER_NAME, n=1, cutoff=0.6)
        cure = f"Did you mean '{_BY_LOWER_NAME[near[0]].name}'?" if near else "docs/reference lists the functions."
        return (source.fault("LNG-101", f"There is no function '{call.name}'", name, cure),)
    given = len(call.args)
    if given < function.least or (function.most is not None and given > function.most):
        message = f"'{function.name}' takes {_count(function)}, not {given}"
        return (source.fault("LNG-102", message, call.span, f"Call it as {function.signature}."),)
    return ()


def _count(function: Function) -> str:
    if function.most is None:
        return f"at least {function.least} argument{'' if function.least == 1 else 's'}"
    if function.least == function.most:
        return f"{function.least or 'no'} argument{'' if function.least == 1 else 's'}"
    return f"{function.least} to {function.most} arguments"
