"""Trees of expressions, any that the grammar and the table of functions allow."""

from __future__ import annotations

from hypothesis import strategies as st

from headwater.language.expression.ast import Call, Expr, Index, Literal, Member
from headwater.language.expression.functions.registry import FUNCTIONS

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
LITERALS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
).map(Literal)


def _calls(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Call]:
    def with_arity(name: str) -> st.SearchStrategy[Call]:
        function = FUNCTIONS[name]
        most = function.least + 2 if function.most is None else function.most
        args = st.lists(inner, min_size=function.least, max_size=most)
        return args.map(lambda found: Call(name, tuple(found)))

    return st.sampled_from(sorted(FUNCTIONS)).flatmap(with_arity)


def _grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        _calls(inner),
        st.builds(Member, _calls(inner), NAMES, st.booleans()),
        st.builds(Index, _calls(inner), inner, st.booleans()),
    )


TREES: st.SearchStrategy[Expr] = st.recursive(LITERALS, _grown, max_leaves=8)
