"""Findings and a scoring sheet into a score with a reason for each point; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.lexicon import Deduction, Per, Rule, Sheet, SheetItem
from pipeline.types import Finding, Reason, Score, ScoreItem

FULL = 100.0


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, and the findings with the points that each of them takes."""

    score: Score
    findings: tuple[Finding, ...]


def score_call(
    findings: Sequence[Finding], sheet: Sheet, rules: Sequence[Rule], *, agent_heard: bool, notes: Sequence[str] = ()
) -> Scored:
    """Apply a sheet. Only confirmed findings take points, each by the first deduction that fits it,
    and no item falls below 0. ``fatal`` (一票否决) marks the call and leaves the points as they are.

    Where no agent was heard there is nothing to judge: the scores are ``None`` and no points are taken.
    ``notes`` are put before the flags.
    """
    by_id = {rule.id: rule for rule in rules}
    taken: dict[int, float] = {}
    nothing_to_judge = () if agent_heard else range(len(findings))
    items: list[ScoreItem] = []
    fatal = False
    for item in sheet.items:
        scored, used, fatal_here = _score_item(item, findings, by_id, nothing_to_judge or taken)
        taken |= used
        items.append(scored)
        fatal = fatal or fatal_here
    marked = tuple(replace(finding, points=0.0 - taken.get(i, 0.0)) for i, finding in enumerate(findings))
    attitude = [(item, scored) for item, scored in zip(sheet.items, items, strict=True) if item.dimension == "attitude"]
    reached = sum(scored.points for _, scored in attitude) / sum(item.full for item, _ in attitude) * FULL
    score = Score(
        attitude=round(reached, 2) if agent_heard else None,
        total=round(sum(scored.points for scored in items), 2) if agent_heard else None,
        fatal=fatal,
        items=tuple(items),
        flags=(*notes, *_flags(findings, agent_heard=agent_heard, fatal=fatal)),
    )
    return Scored(score, marked)


def _score_item(
    item: SheetItem, findings: Sequence[Finding], rules: Mapping[str, Rule], done: Collection[int]
) -> tuple[ScoreItem, dict[int, float], bool]:
    """One item with its reasons, the points each finding takes, and whether one was fatal."""
    left = item.full
    used: dict[int, float] = {}
    reasons: list[Reason] = []
    charged: set[tuple[int, str]] = set()
    fatal = False
    for number, deduction in enumerate(item.deductions):
        for index, finding in enumerate(findings):
            if index in done or index in used or not _fits(deduction, finding, rules):
                continue
            cost = _cost(deduction, rules.get(finding.rule))
            once = number, finding.rule if deduction.points is None else ""
            points = 0.0 if once in charged and cost.per == "call" else min(left, cost.points)
            charged.add(once)
            left -= points
            used[index] = points
            fatal = fatal or cost.fatal
            reasons.append(Reason(_explain(finding, deduction, rules), 0.0 - points, finding=index))
    return ScoreItem(item.id, item.name, item.full, left, tuple(reasons)), used, fatal


@dataclass(frozen=True, slots=True)
class _Cost:
    points: float
    per: Per
    fatal: bool


def _cost(deduction: Deduction, rule: Rule | None) -> _Cost:
    """What a finding takes: the sheet's figure, or where the sheet leaves it to the rule, the rule's."""
    if deduction.points is not None:
        return _Cost(deduction.points, deduction.per, deduction.fatal)
    if rule is None:
        return _Cost(0.0, "hit", fatal=False)
    return _Cost(rule.points, rule.per, deduction.fatal or rule.fatal)


def _fits(deduction: Deduction, finding: Finding, rules: Mapping[str, Rule]) -> bool:
    rule = rules.get(finding.rule)
    named = deduction.rule
    return (
        finding.verdict == "confirmed"
        and finding.kind == deduction.kind
        and (finding.rule.startswith(named[:-1]) if named.endswith("*") else finding.rule == named)
        and deduction.role in (None, finding.role)
        and deduction.severity in (None, rule.severity if rule else None)
        and finding.end_s - finding.start_s >= deduction.least_s
    )


def _explain(finding: Finding, deduction: Deduction, rules: Mapping[str, Rule]) -> str:
    rule = rules.get(finding.rule)
    said = {
        "missing": f"缺少：{rule.name if rule else finding.phrase}",
        "forbidden": f"说了禁语“{finding.phrase}”",
        "process": f"流程：{rule.name if rule else finding.phrase}",
        "interruption": f"打断客户：“{finding.quote}”",
    }.get(finding.kind, finding.phrase)
    source = rule.source if rule and deduction.points is None else deduction.source
    return f"{said}（依据：{source}）"


def _flags(findings: Sequence[Finding], *, agent_heard: bool, fatal: bool) -> list[str]:
    flags = ["一票否决，请立即复听"] if fatal else []
    if not agent_heard:
        flags.append("没有听到客服说话，无法评分")
    confirmed = [finding for finding in findings if finding.kind == "forbidden" and finding.verdict == "confirmed"]
    if confirmed:
        flags.append(f"出现禁语 {len(confirmed)} 处")
    doubtful = sum(finding.verdict == "review" for finding in findings)
    if doubtful:
        flags.append(f"有 {doubtful} 处机器没有把握，请人工复核")
    long_silences = sum(finding.rule == "silence.long" for finding in findings)
    if long_silences:
        flags.append(f"长时间静默 {long_silences} 次")
    return flags
