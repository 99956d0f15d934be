"""Trees back to text, such that parsing the text gives the same tree."""

from __future__ import annotations

from headwater.language.expression.ast import Call, Expr, Expression, Index, Json, Literal, Member, Template, Value
from headwater.language.expression.functions.text import number_text


def print_expression(tree: Expr) -> str:
    """Return the text of a tree, without `@`, one blank after each comma."""
    match tree:
        case Literal(value):
            return _literal(value)
        case Call(name, args):
            return f"{name}({', '.join(print_expression(arg) for arg in args)})"
        case Member(base, name, null_safe):
            return f"{print_expression(base)}{'?' if null_safe else ''}.{name}"
        case Index(base, index, null_safe):
            return f"{print_expression(base)}{'?' if null_safe else ''}[{print_expression(index)}]"


def print_value(value: Value) -> Json:
    """Return the JSON value that `parse_value` reads as `value`."""
    match value:
        case Expression(tree):
            return f"@{print_expression(tree)}"
        case Template(parts):
            text = "".join(_escaped(p) if isinstance(p, str) else f"@{{{print_expression(p)}}}" for p in parts)
            return f"@{text}" if isinstance(parts[0], str) and parts[0].startswith("@") else text
        case str(text):
            escaped = _escaped(text)
            return f"@{escaped}" if text.startswith("@") and not escaped.startswith("@@{") else escaped
        case None | bool() | int() | float():
            return value
        case tuple():
            return [print_value(item) for item in value]
        case _:
            return {name: print_value(member) for name, member in value.items()}


def _literal(value: str | int | float | bool | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case float():
            text = number_text(value)
            return text if "." in text or "E" in text else f"{text}.0"
        case int():
            return str(value)


def _escaped(text: str) -> str:
    return text.replace("@{", "@@{")
