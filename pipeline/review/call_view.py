"""The view of a call's page: findings with their decisions, points side by side, transcript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from pipeline.corrections import decisions_on
from pipeline.lexicon import SIGNAL_NAMES, Rule, kind_beside, name_finding
from pipeline.people import FindingKey, ReviewAction
from pipeline.review.call_access import CallView
from pipeline.types import CallResult, Finding, Reason, Role, Score, ScoreItem, Utterance

State: TypeAlias = Literal[
    "open", "told", "counted", "confirmed", "refused", "added", "gone", "praised"
]

STATES: Mapping[State, str] = {
    "open": "待复核", "told": "供参考", "counted": "机器确认", "confirmed": "已确认", "refused": "已驳回", "added": "人工添加",
    "gone": "更正后不再成立", "praised": "符合",
}  # fmt: skip
PHRASES = 12
FIRST = (
    "forbidden",
    "missing",
    "process",
    "interruption",
    "tone",
    "silence",
    "volume",
    "pace",
    "pii",
    "required",
)
"""The order of the kinds on the page, after the findings that make a call fatal (our choice)."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """``text``: the phrases of the rule; ``source``: the clause behind it."""

    name: str
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, number ``index`` of the result ``of``. ``action``: the action that decided on it
    last, or added it. ``points``: those of the effective result. ``charged``: the score rests on
    it, also where its item had no points left to take. ``name``: what it is called, ``kind``: the
    kind to say before it; ``number``: its place on the page, from 0."""

    finding: Finding
    of: int
    index: int
    state: State
    action: ReviewAction | None
    rule: RuleText
    points: float
    fatal: bool
    name: str
    kind: str
    charged: bool = False
    number: int = 0

    @property
    def folds(self) -> bool:
        """Whether it says that something required was done: all of these fold into one line. The
        machine's verdict counts, so that nothing moves while a reviewer decides."""
        return self.finding.kind == "required" and self.finding.verdict == "confirmed"

    @property
    def waits(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of the sheet by the machine and as it counts; ``now`` is ``machine`` where nothing
    was changed."""

    machine: ScoreItem | None
    now: ScoreItem

    @property
    def differs(self) -> bool:
        return self.machine is None or (self.machine.points, self.machine.applies) != (
            self.now.points, self.now.applies,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """An utterance of the effective result; ``before``: the machine's, where people corrected
    it."""

    utterance: Utterance
    before: Utterance | None


def show_findings(view: CallView, rules: Mapping[str, Rule]) -> list[FindingView]:
    """All findings of the machine's result and of the effective one, the gravest first."""
    machine, counting = view.machine, view.counting
    now = {FindingKey.of(finding): (at, finding) for at, finding in enumerate(counting.findings)}
    known = {FindingKey.of(finding) for finding in machine.findings}
    decided = decisions_on(machine.findings, view.actions)
    later = decisions_on(counting.findings, view.actions) if view.is_corrected else {}
    added = [one for one in view.actions if one.kind == "add" and one.in_force]
    views = [
        _view_finding(
            finding, view.machine_id, at, now.get(FindingKey.of(finding), (0, None))[1],
            decided.get(finding) or _addition(finding, added), rules,
        )
        for at, finding in enumerate(machine.findings)
    ]  # fmt: skip
    views += [
        _view_finding(
            finding, view.counting_id, at, finding,
            later.get(finding) or _addition(finding, added), rules,
        )
        for key, (at, finding) in now.items()
        if key not in known
    ]  # fmt: skip
    vetoes = {
        counting.findings[reason.finding]
        for reason in counting.score.vetoes
        if reason.finding is not None
    }
    charged = {FindingKey.of(finding) for finding in vetoes | _charged(counting)}
    views = [replace(one, charged=FindingKey.of(one.finding) in charged) for one in views]
    ordered = sorted(
        views,
        key=lambda one: (one.finding not in vetoes, *_gravity(one.finding), one.finding.start_s),
    )
    return [replace(one, number=number) for number, one in enumerate(ordered)]


def _charged(result: CallResult) -> set[Finding]:
    """The findings that the score names as reasons for points that were taken."""
    score = result.score
    return {
        result.findings[reason.finding]
        for item in (*score.items, *score.extras, *score.beside)
        for reason in item.reasons
        if reason.finding is not None and reason.points <= 0
    }


def _gravity(finding: Finding) -> tuple[bool, bool, int]:
    """Forbidden phrases, then doubts that wait for a person, then the rest. The machine's verdict
    counts, so that nothing moves while a reviewer decides."""
    folded = finding.kind == "required" and finding.verdict == "confirmed"
    place = len(FIRST) if folded else FIRST.index(finding.kind)
    return finding.kind != "forbidden", not finding.is_doubt, place


def _view_finding(
    finding: Finding,
    of: int,
    index: int,
    now: Finding | None,
    action: ReviewAction | None,
    rules: Mapping[str, Rule],
) -> FindingView:
    rule = rules.get(finding.rule)
    name = name_finding(finding, {rule.id: rule.name} if rule else {})
    return FindingView(
        finding, of, index, _state(finding, now, action), action, rule_text(finding.rule, rule),
        now.points if now else 0.0, bool(rule and rule.fatal), name, kind_beside(finding, name),
    )  # fmt: skip


def _state(finding: Finding, now: Finding | None, action: ReviewAction | None) -> State:
    decision = action.value["decision"] if action and action.kind == "decide" else "open"
    if decision == "refused":
        return "refused"
    if now is None:
        return "gone"
    if action and action.kind == "add":
        return "added"
    if decision == "confirmed":
        return "confirmed"
    if now.verdict == "review":
        return "open" if now.is_doubt else "told"
    return "praised" if finding.kind == "required" else "counted"


def _addition(finding: Finding, added: Sequence[ReviewAction]) -> ReviewAction | None:
    """The action among additions in force that added a finding, ``None`` where no person did."""
    return next((one for one in added if one.finding and one.finding.fits(finding)), None)


def rule_text(rule_id: str, rule: Rule | None) -> RuleText:
    """A rule in words; its id where the lexicon does not have it."""
    if rule is None:
        return RuleText(
            SIGNAL_NAMES.get(rule_id, rule_id),
            "由时间或声音测量得出" if rule_id in SIGNAL_NAMES else "",
        )
    phrases = [phrase.say for phrase in rule.phrases]
    text = "、".join(phrases[:PHRASES]) + (
        f" 等 {len(phrases)} 种说法" if len(phrases) > PHRASES else ""
    )
    return RuleText(rule.name, text, rule.source)


def numbers_of(
    views: Sequence[FindingView], view: CallView
) -> Callable[[Reason, bool], int | None]:
    """A function that gives the number of a reason's finding in the list; its second argument says
    whether the reason is of the machine's result."""
    by_key = {FindingKey.of(one.finding): at for at, one in enumerate(views)}

    def number(reason: Reason, machine: bool) -> int | None:
        if reason.finding is None:
            return None
        findings = (view.machine if machine else view.counting).findings
        return by_key.get(FindingKey.of(findings[reason.finding]))

    return number


def pair_items(machine: Score, now: Score) -> tuple[list[ItemLine], list[ItemLine]]:
    """The lines that make the total, then those beside it."""
    before = {item.id: item for item in (*machine.items, *machine.extras, *machine.beside)}
    counted = [ItemLine(before.get(item.id), item) for item in (*now.items, *now.extras)]
    return counted, [ItemLine(before.get(item.id), item) for item in now.beside]


def show_lines(view: CallView) -> list[TranscriptLine]:
    """The transcript as it counts."""
    before = view.machine.utterances
    aligned = len(before) == len(view.counting.utterances)
    return [
        TranscriptLine(
            utterance, before[at] if aligned and _differs(before[at], utterance) else None
        )
        for at, utterance in enumerate(view.counting.utterances)
    ]


def sides_of(view: CallView) -> list[Role]:
    """Who is on each channel: the side that speaks there most."""
    spoken = [
        Counter(u.role for u in view.counting.utterances if u.channel == channel)
        for channel in (0, 1)
    ]
    return [max(roles, key=lambda role: roles[role], default="unknown") for roles in spoken]


def _differs(before: Utterance, now: Utterance) -> bool:
    return (before.role, before.text) != (now.role, now.text)
