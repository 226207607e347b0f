"""Findings, figures and a scoring sheet into a score with a reason for each point; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.score.deductions import Deductor, fits
from pipeline.score.figure_words import explain_need
from pipeline.score.measurable import Known, why_unmeasured
from pipeline.score.words import explain_finding, flags_of
from pipeline.types import Finding, Reason, Score, ScoreItem, reached, sum_up

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.lexicon import Adjustment, Item, Rule, Scorecard
    from pipeline.score.figures import Figures

LEAST_AGENT_SPEECH_S = 1.0
"""An agent who is heard for less cannot be judged (our choice)."""

_ROUTED = "；按设置，本规则一律由人工复核"
"""Tells people in the evidence what ``Finding.left_to_review`` tells programs."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, and the findings with the points that each of them takes or adds."""

    score: Score
    findings: tuple[Finding, ...]


def score_call(
    findings: Sequence[Finding],
    sheet: Scorecard,
    rules: Sequence[Rule],
    *,
    figures: Figures,
    agent_heard: bool,
    notes: Sequence[str] = (),
    not_due: Collection[str] = (),
) -> Scored:
    """Apply a sheet. Only confirmed findings take points, each by the first charge that fits it,
    and no element falls below its floor. An element whose needs do not hold, or whose every
    deduction rests on something that was not measured, or on duties that the call gave no occasion
    for (``not_due``), is 不适用 and leaves the denominator.

    Where no agent was heard there is nothing to judge: the scores are ``None`` and no points are
    taken. ``notes`` are put before the flags."""
    by_id = {rule.id: rule for rule in rules}
    known = Known(figures, by_id, frozenset(not_due))
    charger = Deductor.over(findings if agent_heard else (), by_id, figures if agent_heard else {})
    items = tuple(_element(element, charger, known) for element in sheet.elements)
    extras = tuple(_extra(extra, charger) for extra in sheet.extras)
    besides = Deductor.over(findings if agent_heard else (), by_id, figures if agent_heard else {})
    beside = tuple(_element(element, besides, known) for element in sheet.beside)
    vetoes = (*charger.fatal, *_vetoes(sheet, findings, by_id)) if agent_heard else ()
    attitude = reached([item for item in items if item.dimension in sheet.attitude])
    total = sum_up(items, extras, lowered_to=sheet.veto_total if vetoes else None)
    score = Score(
        attitude=round(attitude, 2) if agent_heard and attitude is not None else None,
        total=total if agent_heard else None,
        fatal=bool(vetoes),
        items=items,
        flags=(*notes, *flags_of(findings, agent_heard=agent_heard, fatal=bool(vetoes))),
        extras=tuple(extra for extra in extras if extra.reasons),
        beside=beside,
        vetoes=_once(vetoes),
        veto_total=sheet.veto_total,
        grade=sheet.grade(total) if agent_heard else None,
    )
    return Scored(
        score, tuple(_with_points(f, charger.taken.get(i, 0.0)) for i, f in enumerate(findings))
    )


def leave_to_people(findings: Sequence[Finding], rules: Collection[str]) -> tuple[Finding, ...]:
    """The findings with those of ``rules`` for review. Findings that were left so before are
    confirmed again where ``rules`` does not have their rule."""
    return tuple(_left(finding, rules) for finding in findings)


def _left(finding: Finding, rules: Collection[str]) -> Finding:
    if finding.rule in rules and finding.verdict == "confirmed":
        evidence = finding.evidence + _ROUTED
        return replace(finding, verdict="review", evidence=evidence, left_to_review=True)
    if finding.rule not in rules and finding.left_to_review:
        evidence = finding.evidence.removesuffix(_ROUTED)
        return replace(finding, verdict="confirmed", evidence=evidence, left_to_review=False)
    return finding


def _with_points(finding: Finding, points: float) -> Finding:
    return finding if finding.points == points else replace(finding, points=points)


def _element(element: Item, charger: Deductor, known: Known) -> ScoreItem:
    figures = known.figures
    lacking = next(
        (need for need in element.needs if not need.holds(figures.get(need.figure))), None
    )
    if lacking is not None:
        note = explain_need(lacking, figures.get(lacking.figure))
        return _item(element, 0.0, (), applies=False, note=note)
    unmeasured = why_unmeasured(element, known)
    if unmeasured and not charger.finds(element.charges):
        return _item(element, 0.0, (), applies=False, note=unmeasured)
    reasons = charger.charge(element.charges, most=element.most_taken, sign=-1)
    return _item(element, element.full + sum(reason.points for reason in reasons), reasons)


def _item(
    element: Item,
    points: float,
    reasons: tuple[Reason, ...],
    *,
    applies: bool = True,
    note: str = "",
) -> ScoreItem:
    return ScoreItem(
        id=element.id,
        name=element.name,
        full=element.full,
        points=round(points, 6),
        reasons=reasons,
        project=element.project,
        indicator=element.indicator,
        dimension=element.dimension,
        applies=applies,
        note=note,
    )


def _extra(extra: Adjustment, charger: Deductor) -> ScoreItem:
    reasons = charger.charge(extra.charges, most=extra.most, sign=extra.sign)
    return ScoreItem(extra.id, extra.name, 0.0, sum(reason.points for reason in reasons), reasons)


def _vetoes(
    sheet: Scorecard, findings: Sequence[Finding], rules: Mapping[str, Rule]
) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            f"一票否决：{explain_finding(finding, veto.source, rules.get(finding.rule))}",
            0.0,
            finding=index,
        )
        for veto in sheet.vetoes
        for index, finding in enumerate(findings)
        if fits(veto, finding, rules)
    )


def _once(vetoes: Sequence[Reason]) -> tuple[Reason, ...]:
    """One reason a finding, in the order of findings."""
    first: dict[int, Reason] = {}
    for veto in vetoes:
        first.setdefault(veto.finding or 0, veto)
    return tuple(first[index] for index in sorted(first))
