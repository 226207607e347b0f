"""Read ``wait and not (thanks or excuse)``: conditions joined by and, or, not and brackets.

The Chinese words 且、或、非 and full-width brackets mean the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.lexicon.conditions import Expression, Joined, Not

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"\s*(?:(and\b|且|并且)|(or\b|或|或者)|(not\b|非)|([(（])|([)）])|([a-z][a-z0-9_]*))"
)
_KINDS = ("and", "or", "not", "(", ")", "name")
DEEPEST = 20
"""Brackets in brackets."""


class ExpressionError(ValueError):
    """The expression is not understood; the message is Chinese."""


def parse_expression(text: str) -> Expression:
    """``not`` binds most, then ``and``, then ``or``. Raises ``ExpressionError``.

    >>> parse_expression("a and not (b or c)")
    Joined(how='and', parts=('a', Not(part=Joined(how='or', parts=('b', 'c')))))
    """
    tokens = list(_tokens(text))
    expression, rest = _either(tokens, 0)
    if rest:
        raise ExpressionError(f"“{rest[0][1]}”之前应有“and”“or”，或者多了一个括号")
    return expression


def names_in(expression: Expression) -> tuple[str, ...]:
    """The conditions that are named, in order, each once.

    >>> names_in(parse_expression("b or a and not b"))
    ('b', 'a')
    """
    if isinstance(expression, str):
        return (expression,)
    parts = (expression.part,) if isinstance(expression, Not) else expression.parts
    return tuple(dict.fromkeys(name for part in parts for name in names_in(part)))


_Tokens = list[tuple[str, str]]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise ExpressionError(
                f"“{text[at:].strip()[:10]}”看不懂，应为条件名称、and、or、not 和括号"
            )
        at = token.end()
        kind = next(kind for kind, found in zip(_KINDS, token.groups(), strict=True) if found)
        yield kind, token[0].strip()


def _either(tokens: _Tokens, depth: int) -> tuple[Expression, _Tokens]:
    return _joined("or", tokens, depth)


def _joined(how: str, tokens: _Tokens, depth: int) -> tuple[Expression, _Tokens]:
    def operand(rest: _Tokens) -> tuple[Expression, _Tokens]:
        return _joined("and", rest, depth) if how == "or" else _single(rest, depth)

    first, tokens = operand(tokens)
    parts = [first]
    while tokens and tokens[0][0] == how:
        part, tokens = operand(tokens[1:])
        parts.append(part)
    return (
        parts[0] if len(parts) == 1 else Joined("or" if how == "or" else "and", tuple(parts))
    ), tokens


def _single(tokens: _Tokens, depth: int) -> tuple[Expression, _Tokens]:
    if depth > DEEPEST:
        raise ExpressionError(f"括号或 not 套了超过 {DEEPEST} 层，请拆成几条规则")
    if not tokens:
        raise ExpressionError("末尾缺少条件名称")
    (kind, text), rest = tokens[0], tokens[1:]
    if kind == "name":
        return text, rest
    if kind == "not":
        part, rest = _single(rest, depth + 1)
        return Not(part), rest
    if kind == "(":
        part, rest = _either(rest, depth + 1)
        if not rest or rest[0][0] != ")":
            raise ExpressionError("缺少右括号")
        return part, rest[1:]
    raise ExpressionError(f"“{text}”的位置不对，这里应为条件名称")
