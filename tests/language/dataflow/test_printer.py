"""The law of the two directions: what is printed parses to the tree that was printed."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from headwater.language.dataflow import ast
from headwater.language.dataflow.parser import parse_expression, parse_script
from headwater.language.dataflow.printer import print_expression, print_script
from headwater.language.source import Source
from language.dataflow.trees import EXPRESSIONS, SCRIPTS

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@given(EXPRESSIONS)
@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
def test_expression_printed_parses_to_itself(expr: ast.Expr) -> None:
    assert parse_expression(Source(print_expression(expr))) == (expr, ())


@given(SCRIPTS)
@settings(max_examples=250, deadline=None, suppress_health_check=SLOW)
def test_script_printed_parses_to_itself(script: ast.Script) -> None:
    assert parse_script(Source(print_script(script))) == (script, ())
