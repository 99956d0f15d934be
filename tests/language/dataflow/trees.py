"""Hypothesis strategies for every tree that the parser can yield."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from headwater.data import types
from headwater.data.types import Array, DataType, Decimal, Map, Struct
from headwater.language.dataflow import ast
from headwater.language.dataflow.expressions import PRECEDENCE, UNARY
from headwater.language.dataflow.parser import CLAUSES
from headwater.language.dataflow.spelling import CONSTANTS
from headwater.language.dataflow.types import SCALARS

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
CALLED = IDENTIFIERS.filter(lambda name: name not in CONSTANTS)
NAMES = st.one_of(IDENTIFIERS, TEXTS, st.sampled_from(["true", "null", "order date", "a}b", "a{b", "a\\", "Mother's"]))
PATTERNS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="`"), max_size=12)


def data_types() -> SearchStrategy[DataType]:
    scalars: SearchStrategy[DataType] = st.sampled_from(list(SCALARS.values()))
    decimals = st.integers(1, 38).flatmap(lambda size: st.builds(Decimal, st.just(size), st.integers(0, size)))
    return st.recursive(
        st.one_of(scalars, decimals),
        lambda inner: st.one_of(
            st.builds(Array, inner),
            st.builds(Map, inner, inner),
            st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3).map(lambda fields: Struct(tuple(fields))),
        ),
        max_leaves=4,
    )


def literals() -> SearchStrategy[ast.Literal]:
    positive = st.floats(0, allow_nan=False, allow_infinity=False).map(abs)
    return st.one_of(
        st.builds(ast.Literal, st.none(), st.just(types.ANY)),
        st.builds(ast.Literal, st.booleans(), st.just(types.BOOLEAN)),
        st.builds(ast.Literal, st.integers(0, 2**31 - 1), st.just(types.INTEGER)),
        st.builds(ast.Literal, st.integers(0, 2**63 - 1), st.just(types.LONG)),
        st.builds(ast.Literal, positive, st.sampled_from([types.DOUBLE, types.FLOAT])),
        st.builds(ast.Literal, TEXTS, st.just(types.STRING)),
    )


def _leaves() -> SearchStrategy[ast.Expr]:
    return st.one_of(
        literals(),
        st.builds(ast.Regex, PATTERNS),
        st.builds(ast.ColumnRef, NAMES, st.none() | NAMES),
        st.builds(ast.ParameterRef, NAMES),
        st.builds(ast.LocalRef, NAMES),
        st.builds(ast.MatchRef, st.sampled_from(["$", "0", "1", "12"])),
        st.builds(ast.LambdaRef, NAMES),
    )


def _is_text(part: ast.Expr) -> bool:
    return isinstance(part, ast.Literal) and part.type == types.STRING


def _is_template(parts: list[ast.Expr]) -> bool:
    """The parser joins neighbouring texts, drops empty ones, and needs one part that is no text."""
    if not any(not _is_text(part) for part in parts):
        return False
    if any(isinstance(part, ast.Literal) and part.value == "" for part in parts):
        return False
    return not any(_is_text(left) and _is_text(right) for left, right in itertools.pairwise(parts))


def _branches(inner: SearchStrategy[ast.Expr]) -> SearchStrategy[ast.Expr]:
    some = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(ast.Binary, st.sampled_from(sorted(PRECEDENCE)), inner, inner),
        st.builds(ast.Unary, st.sampled_from(UNARY), inner),
        st.builds(ast.Call, CALLED, some, st.none() | IDENTIFIERS),
        st.builds(ast.Index, inner, inner),
        st.builds(ast.Member, inner, NAMES),
        st.builds(ast.Cast, inner, data_types()),
        st.builds(ast.ArrayLiteral, some),
        st.lists(st.tuples(inner, inner), min_size=1, max_size=2).map(lambda e: ast.MapLiteral(tuple(e))),
        st.lists(st.tuples(NAMES, inner), min_size=1, max_size=2).map(lambda f: ast.StructLiteral(tuple(f))),
        st.lists(inner, min_size=1, max_size=4).filter(_is_template).map(lambda p: ast.Interpolation(tuple(p))),
    )


EXPRESSIONS: SearchStrategy[ast.Expr] = st.recursive(_leaves(), _branches, max_leaves=10)


def _options() -> SearchStrategy[ast.Option]:
    plain = EXPRESSIONS.filter(lambda expr: not isinstance(expr, ast.ArrayLiteral))
    return st.one_of(
        st.builds(ast.Option, IDENTIFIERS, plain),
        st.builds(ast.Option, IDENTIFIERS, EXPRESSIONS, parenthesized=st.just(True)),
        st.builds(ast.Option, IDENTIFIERS, st.lists(EXPRESSIONS, max_size=2).map(tuple)),
    )


def _targets() -> SearchStrategy[str | ast.Expr]:
    computed = EXPRESSIONS.filter(lambda expr: not (isinstance(expr, ast.ColumnRef) and expr.stream is None))
    return st.one_of(NAMES, computed)


ARGUMENTS: SearchStrategy[ast.Argument] = st.recursive(
    st.one_of(
        st.builds(ast.ColumnDeclaration, NAMES, data_types(), st.none() | TEXTS),
        _options(),
        st.builds(ast.Assignment, _targets(), EXPRESSIONS),
        st.builds(ast.Assignment, NAMES, EXPRESSIONS, st.just(True)),
        st.builds(ast.Positional, EXPRESSIONS),
    ),
    lambda inner: st.builds(ast.Clause, st.sampled_from(sorted(CLAUSES)), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=3,
)

STATEMENTS = st.builds(
    ast.Statement,
    st.lists(st.builds(ast.StreamRef, NAMES, st.none() | NAMES), max_size=2).map(tuple),
    IDENTIFIERS,
    st.lists(ARGUMENTS, max_size=3).map(tuple),
    NAMES,
    st.lists(NAMES, max_size=2).map(tuple),
)

SCRIPTS = st.builds(
    ast.Script,
    st.lists(st.builds(ast.ParameterDeclaration, NAMES, data_types(), st.none() | EXPRESSIONS), max_size=2).map(tuple),
    st.lists(STATEMENTS, max_size=2).map(tuple),
)
