"""Conditions and duty of a rule, and what conditions and rules name of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.duty import AT_EACH, Duty, read_duty
from pipeline.lexicon.expression import ExpressionError, names_in, parse_expression
from pipeline.lexicon.read_conditions import read_condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.lexicon.conditions import Expression
    from pipeline.lexicon.reader import Field
    from pipeline.lexicon.rule import Rule


def duty_of(entries: dict[str, Field], found: dict[str, Any]) -> Duty:
    """The duty of a rule; ``found``: what was read of the rule before."""
    field = entries["duty"]
    duty = read_duty(field, _expression)
    if duty.within in AT_EACH and "mark" not in entries:
        raise LexiconError(f"{field.place}：within: {duty.within} 要有 mark，说明从哪里数起")
    names = {condition.name for condition in found.get("conditions", ())}
    for name in names_in(duty.doubt) if duty.doubt else ():
        if name not in names:
            raise LexiconError(f"{field.place}：“{name}”不是这条规则的条件")
    return duty


def read_logic(entries: dict[str, Field]) -> dict[str, Any]:
    """The conditions of a rule, the expression over them, and the mark. Raises ``LexiconError``."""
    if "conditions" not in entries:
        raise LexiconError(f"{entries['when'].place}：有 when 就应当有 conditions（条件）")
    conditions = tuple(
        read_condition(name, field) for name, field in entries["conditions"].entries()
    )
    names = {condition.name for condition in conditions}
    when = _expression(entries["when"]) if "when" in entries else None
    used = names_in(when) if when is not None else []
    mark = entries["mark"].text() if "mark" in entries else (used[0] if used else "")
    at = entries.get("when", entries["conditions"])
    for name in (*([mark] if mark else []), *used):
        if name not in names:
            raise LexiconError(
                f"{at.place}：“{name}”不是这条规则的条件，现有条件：{'、'.join(sorted(names))}"
            )
    for condition in conditions:
        for name in condition.needs:
            if name not in names:
                raise LexiconError(
                    f"{condition.at}：条件“{condition.name}”用到的“{name}”不是这条规则的条件"
                )
    _refuse_circle(
        {c.name: c.needs for c in conditions}, {c.name: c.at for c in conditions}, what="条件"
    )
    return {"conditions": conditions, "when": when, "mark": mark}


def _expression(field: Field) -> Expression:
    try:
        return parse_expression(field.text())
    except ExpressionError as error:
        raise LexiconError(f"{field.place}：when 的值“{field.text()}”不对：{error}") from error


def refuse_circles(rules: Iterable[Rule]) -> None:
    """Raises ``LexiconError`` where a rule names an unknown rule, or itself over others."""
    named = {rule.id: rule for rule in rules}
    needs: dict[str, tuple[str, ...]] = {}
    for rule in named.values():
        found = [(c, other) for c in rule.conditions for other in c.operator.rules]
        for condition, other in found:
            if other not in named:
                raise LexiconError(f"{condition.at}：没有编号为“{other}”的规则")
        needs[rule.id] = tuple(other for _, other in found)
    _refuse_circle(needs, {rule.id: rule.at for rule in named.values()}, what="规则")


def _refuse_circle(needs: dict[str, tuple[str, ...]], places: dict[str, str], *, what: str) -> None:
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise LexiconError(f"{places[name]}：{what}互相引用成环：{circle}")
        if name not in done:
            for other in needs[name]:
                visit(other, (*above, name))
            done.add(name)

    for name in needs:
        visit(name, ())
