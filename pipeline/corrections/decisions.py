"""Decisions about findings, and findings that people add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.lexicon import SIGNAL_RULES, Rule
from pipeline.people import SAME_PLACE_S, FindingKey, ReviewAction
from pipeline.types import Finding, Kind, MatchKind, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SURE = 1.0
"""Confidence of a finding that a person adds."""


@dataclass(slots=True)
class _Entry:
    """A finding with the last decision about it."""

    finding: Finding
    decision: str = "open"


def decision_of(
    finding: Finding, actions: Sequence[ReviewAction], among: Sequence[Finding] = ()
) -> ReviewAction | None:
    """The last decision in force about a finding. ``among``: the findings of its call, by which two
    findings of one rule in one breath are told apart."""
    about = [
        action
        for action in actions
        if action.kind == "decide"
        and action.in_force
        and action.finding
        and named(action.finding, among or (finding,)) == finding
    ]
    return about[-1] if about else None


def decisions_on(
    findings: Sequence[Finding], actions: Sequence[ReviewAction]
) -> dict[Finding, ReviewAction]:
    """The last decision in force about each of a call's findings; those without one are left out."""
    last = {}
    for action in actions:
        if action.kind == "decide" and action.in_force and action.finding:
            finding = named(action.finding, findings)
            if finding is not None:
                last[finding] = action
    return last


def named(key: FindingKey, findings: Sequence[Finding]) -> Finding | None:
    """The finding that a key names: at its very place with its phrase, else the finding that shares
    most of the place."""
    at = _named_at(key, findings)
    return None if at is None else findings[at]


def decide_findings(
    findings: Sequence[Finding],
    actions: Sequence[ReviewAction],
    rules: Mapping[str, Rule],
    *,
    duration_s: Seconds,
) -> tuple[tuple[Finding, ...], tuple[ReviewAction, ...]]:
    """The findings after people's decisions and additions, in order of time; and the actions that
    fit none. Refused findings are left out. An addition that the machine found too confirms the
    machine's finding."""
    entries = [_Entry(finding) for finding in findings]
    idle: list[ReviewAction] = []
    for action in actions:
        key = action.finding
        if key is None:
            continue
        at = _named_at(key, [entry.finding for entry in entries])
        if at is not None:
            entries[at].decision = "confirmed" if action.kind == "add" else action.value["decision"]
        elif action.kind == "add" and may_be(key.rule, key.kind, rules):
            entries.append(_Entry(_added(action, key, rules.get(key.rule), duration_s)))
        else:
            idle.append(action)
    judged = [_judged(entry) for entry in entries if entry.decision != "refused"]
    return tuple(sorted(judged, key=attrgetter("place"))), tuple(idle)


def may_be(rule_id: str, kind: Kind, rules: Mapping[str, Rule]) -> bool:
    """Whether a rule of this id can have findings of this kind."""
    if rule_id in SIGNAL_RULES:
        return rule_id.split(".", maxsplit=1)[0] == kind
    rule = rules.get(rule_id)
    return rule is not None and (
        kind == rule.kind or (kind == "missing" and rule.kind == "required")  # of older lexicons
    )


def _named_at(key: FindingKey, findings: Sequence[Finding]) -> int | None:
    fitting = [at for at, finding in enumerate(findings) if key.fits(finding)]
    return max(fitting, key=lambda at: _closeness(key, findings[at]), default=None)


def _closeness(key: FindingKey, finding: Finding) -> tuple[bool, bool, float]:
    ends = abs(key.start_s - finding.start_s), abs(key.end_s - finding.end_s)
    shared_s = Span(key.start_s, key.end_s).overlap_s(Span(finding.start_s, finding.end_s))
    return (
        max(ends) < SAME_PLACE_S and key.phrase == finding.phrase,
        key.phrase == finding.phrase,
        shared_s,
    )


def _judged(entry: _Entry) -> Finding:
    if entry.decision == "confirmed" and entry.finding.verdict != "confirmed":
        return replace(entry.finding, verdict="confirmed")
    return entry.finding


def _added(
    action: ReviewAction, key: FindingKey, rule: Rule | None, duration_s: Seconds
) -> Finding:
    whole = key.kind == "missing"
    match: MatchKind = "exact" if rule is not None and rule.kind != "process" else "signal"
    return Finding(
        rule=key.rule,
        kind=key.kind,
        phrase=key.phrase
        or (rule.phrase or rule.name if rule else action.value.get("quote") or key.rule),
        role=key.role,
        start_s=0.0 if whole else key.start_s,
        end_s=duration_s if whole else key.end_s,
        quote=action.value.get("quote", ""),
        match=match,
        confidence=SURE,
        verdict="confirmed",
        evidence=f"人工添加（{action.actor}）",
    )
