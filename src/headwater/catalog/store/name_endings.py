"""The ending of a name, like `csv`: what an index finds files by. Names without a dot near their end are not in it.

The expressions stand in a statement word for word as in the index `ix_entities_ending`, without parameters, or else no
database takes it.
"""

from __future__ import annotations

from sqlalchemy import Integer, Text, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement

LONGEST = 23
"""An ending that is longer is not looked for in the index: taking it off a name would take ever longer."""
_REACH = LONGEST + 1


class _Ending(FunctionElement[str]):
    name = "ending"
    inherit_cache = True
    type = Text()


class _Dot(FunctionElement[int]):
    """Where the dot is; 0 if there is none."""

    name = "dot"
    inherit_cache = True
    type = Integer()


def ending(name: ColumnElement[str]) -> ColumnElement[str]:
    """Return what stands behind the last dot of a name, in small letters; only where it has an ending."""
    return _Ending(name)


def has_ending(name: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether there is a dot among the last characters of a name."""
    return _Dot(name) > literal_column("0", Integer)


_TAIL = f"substr({{0}}, -{_REACH})"
_EXPRESSIONS = {
    "postgresql": (
        f"lower(substring(right({{0}}, {_REACH}) from '[^.]*$'))",
        f"strpos(right({{0}}, {_REACH}), '.')",
    ),
    # What is left of the tail without any of its letters at the end ends with the last dot.
    "sqlite": (
        f"lower(substr({_TAIL}, length(rtrim({_TAIL}, replace({_TAIL}, '.', ''))) + 1))",
        f"instr({_TAIL}, '.')",
    ),
}


@compiles(_Ending)
def _ending(element: _Ending, compiler: SQLCompiler, **options: object) -> str:
    return _EXPRESSIONS[compiler.dialect.name][0].format(compiler.process(element.clauses, **options))


@compiles(_Dot)
def _dot(element: _Dot, compiler: SQLCompiler, **options: object) -> str:
    return _EXPRESSIONS[compiler.dialect.name][1].format(compiler.process(element.clauses, **options))
