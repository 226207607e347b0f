"""What the page of a call shows: findings with what people decided, points side by side, and what
was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.corrections import decision_of
from pipeline.lexicon import Rule
from pipeline.people import FindingKey, ReviewAction
from pipeline.privacy import mask_text
from pipeline.report import KINDS, ROLES
from pipeline.review.call_access import CallView
from pipeline.types import Finding, Reason, Role, Score, ScoreItem, Seconds, Utterance

State: TypeAlias = Literal["open", "counted", "confirmed", "refused", "added", "gone", "praised"]

STATES: Mapping[State, str] = {
    "open": "待复核", "counted": "机器确认", "confirmed": "已确认", "refused": "已驳回", "added": "人工添加",
    "gone": "更正后不再成立", "praised": "已做到",
}  # fmt: skip
SIGNALS = {
    "silence": "静默", "silence.announced": "已告知的等待", "silence.dead_air": "无故静默", "silence.long": "长时间静默",
    "interruption": "打断客户", "pace.fast": "语速过快", "pace.slow": "语速过慢", "pace.check": "语速与声音不符",
    "tone.raised": "语气高于平时", "tone.kept_calm": "保持平和",
    "process.slow_reply": "回复不及时", "process.long_wait_no_notice": "让客户久等，没有告知",
}  # fmt: skip
"""What rules are called that are measured."""

DECISIONS = {"confirmed": "确认", "refused": "驳回", "open": "退回待定"}
MARKS = {"good": "优秀示例", "coaching": "辅导案例"}
GRADES = {"calm": "平和", "raised": "偏高", "flat": "平淡"}
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
"""What one looks at first, after what makes a call fatal (our choice)."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """``text``: what the rule looks for; ``source``: the clause that it comes from."""

    name: str
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, number ``index`` of the result ``of``. ``act``: the last decision about it, or
    that added it. ``points``: as they
    count now."""

    finding: Finding
    of: int
    index: int
    state: State
    act: ReviewAction | None
    rule: RuleText
    points: float
    fatal: bool

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
    """An utterance as it counts; ``before``: as the machine heard it, where people corrected it."""

    utterance: Utterance
    before: Utterance | None


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An act in words."""

    act: ReviewAction
    what: str


def show_findings(view: CallView, rules: Mapping[str, Rule]) -> list[FindingView]:
    """All findings of the machine's result and of the one that counts, the gravest first."""
    machine, counting = view.machine, view.counting
    now = {FindingKey.of(finding): (at, finding) for at, finding in enumerate(counting.findings)}
    known = {FindingKey.of(finding) for finding in machine.findings}
    shown = [
        _shown(
            view, finding, view.machine_id, at, now.get(FindingKey.of(finding), (0, None))[1], rules
        )
        for at, finding in enumerate(machine.findings)
    ]
    shown += [
        _shown(view, finding, view.counting_id, at, finding, rules)
        for key, (at, finding) in now.items()
        if key not in known
    ]
    vetoes = {
        counting.findings[reason.finding]
        for reason in counting.score.vetoes
        if reason.finding is not None
    }
    return sorted(
        shown,
        key=lambda one: (one.finding not in vetoes, *_gravity(one.finding), one.finding.start_s),
    )


def _gravity(finding: Finding) -> tuple[bool, bool, int]:
    """Forbidden phrases, then what waits for a person, then the rest. By the machine's verdict, so
    that nothing moves while one decides."""
    return finding.kind != "forbidden", finding.verdict != "review", FIRST.index(finding.kind)


def _shown(
    view: CallView,
    finding: Finding,
    of: int,
    index: int,
    now: Finding | None,
    rules: Mapping[str, Rule],
) -> FindingView:
    among = view.machine.findings if of == view.machine_id else view.counting.findings
    act = decision_of(finding, view.acts, among) or _addition(finding, view.acts)
    rule = rules.get(finding.rule)
    return FindingView(
        finding, of, index, _state(finding, now, act), act, rule_text(finding.rule, rule),
        now.points if now else 0.0, bool(rule and rule.fatal),
    )  # fmt: skip


def _state(finding: Finding, now: Finding | None, act: ReviewAction | None) -> State:
    decision = act.value["decision"] if act and act.kind == "decide" else "open"
    if decision == "refused":
        return "refused"
    if now is None:
        return "gone"
    if act and act.kind == "add":
        return "added"
    if decision == "confirmed":
        return "confirmed"
    if now.verdict == "review":
        return "open"
    return "praised" if finding.kind == "required" else "counted"


def _addition(finding: Finding, acts: Sequence[ReviewAction]) -> ReviewAction | None:
    """The act in force that added a finding, ``None`` where no person did."""
    adding = (act for act in acts if act.kind == "add" and act.in_force)
    return next((act for act in adding if act.finding and act.finding.fits(finding)), None)


def rule_text(rule_id: str, rule: Rule | None) -> RuleText:
    """A rule in words; of one that the lexicon does not have, its id."""
    if rule is None:
        return RuleText(
            SIGNALS.get(rule_id, rule_id), "由时间或声音测量得出" if rule_id in SIGNALS else ""
        )
    said = [phrase.say for phrase in rule.phrases]
    text = "、".join(said[:PHRASES]) + (f" 等 {len(said)} 种说法" if len(said) > PHRASES else "")
    return RuleText(rule.name, text, rule.source)


def numbers_of(
    shown: Sequence[FindingView], view: CallView
) -> Callable[[Reason, bool], int | None]:
    """Tells the number in the list of the finding that a reason names, of the machine's result or
    what counts."""
    by_key = {FindingKey.of(one.finding): at for at, one in enumerate(shown)}

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
    said = [
        Counter(u.role for u in view.counting.utterances if u.channel == channel)
        for channel in (0, 1)
    ]
    return [max(roles, key=lambda role: roles[role], default="unknown") for roles in said]


def _differs(before: Utterance, now: Utterance) -> bool:
    return (before.role, before.text) != (now.role, now.text)


def tell(
    act: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule], *, masked: bool
) -> ActionLine:
    """An act in words; personal data is masked, and a corrected text only named, since a part of a
    number in it is not known as one."""
    what = _TELL[act.kind](act, items, rules)
    if act.kind == "text" and not masked:
        what += f"：{act.value['text']}"
    return ActionLine(act, mask_text(what) if masked else what)


def clock(seconds: Seconds) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _tell_finding(act: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]) -> str:
    key = act.finding
    assert key is not None
    done = "添加" if act.kind == "add" else DECISIONS[act.value["decision"]]
    where = "全程" if key.kind == "missing" else clock(key.start_s)
    name = rule_text(key.rule, rules.get(key.rule)).name
    phrase = f"“{key.phrase}”" if key.phrase and key.kind != "pii" else ""
    return f"{done} {KINDS[key.kind]}：{name}{phrase}（{where}）"


def _tell_override(act: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]) -> str:
    item = act.value["item"]
    return f"改分：{items.get(item, item)} 改为 {act.value['points']:g} 分，理由：{act.value['reason']}"


def _tell_tone(act: ReviewAction, items: Mapping[str, str], rules: Mapping[str, Rule]) -> str:
    stretch = f"{clock(act.value['start_s'])}～{clock(act.value['end_s'])}"
    return f"标注语气：{ROLES[act.value['role']]} {stretch} {GRADES[act.value['grade']]}"


_TELL: Mapping[str, Callable[[ReviewAction, Mapping[str, str], Mapping[str, Rule]], str]] = {
    "decide": _tell_finding,
    "add": _tell_finding,
    "override": _tell_override,
    "tone": _tell_tone,
    "role": lambda act, *_: (
        f"把 {clock(act.value['start_s'])} 这句改为{ROLES[act.value['role']]}所说"
    ),
    "text": lambda act, *_: f"更正 {clock(act.value['start_s'])} 这句的文字",
    "comment": lambda act, *_: f"备注：{act.value['text']}",
    "mark": lambda act, *_: f"标为{MARKS[act.value['mark']]}" if act.value["mark"] else "取消标记",
    "assign": lambda act, *_: f"分配给 {act.value['to']}" if act.value["to"] else "取消分配",
    "settle": lambda act, *_: "处理完毕" if act.value["settled"] else "重新打开",
}
