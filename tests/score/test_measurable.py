"""Nothing measured, nothing awarded, on every sheet that ships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.lexicon import FigureDeduction, FindingDeduction, Item, load_lexicon, load_scorecards
from pipeline.score import score_call
from pipeline.types import Finding, ScoreItem
from tests.builders import a_finding

RULES = load_lexicon().rules
SHEETS = load_scorecards(rule_ids=[rule.id for rule in RULES]).sheets

SOUND = frozenset({"pace", "tone", "volume"})
LISTED: Mapping[str, frozenset[str]] = {
    "voice stereo": frozenset({"silence", "interruption"}) | SOUND,
    "voice mono": frozenset({"silence"}) | SOUND,
    "chat with times": frozenset({"reply"}),
    "chat without times": frozenset(),
    "timed transcript": frozenset({"silence", "interruption", "reply"}),
    "untimed transcript": frozenset(),
    "chat about facts of a knowledge file": frozenset({"knowledge"}),
}
"""What each kind of input can show beside words, written down by hand."""

FIGURES: Mapping[str, dict[str, float | None]] = {
    "silence": {"silence_s": 0.0, "longest_silence_s": 0.0, "announced_wait_s": 0.0},
    "interruption": {"interruptions_by_agent": 0, "response_latency_s": 0.5},
    "pace": {
        "agent_chars_per_min": 240.0,
        "agent_chars_per_min_low": 230.0,
        "agent_chars_per_min_high": 250.0,
    },
    "tone": {"tone_calm": 1.0},
    "volume": {},
    "reply": {"reply_late_share": 0.0, "reply_worst_s": 10.0, "replies": 3},
    "knowledge": {"knowledge_answers": 2},
}
OF_RULE = {
    "process.slow_reply": "reply",
    "process.long_wait_no_notice": "reply",
    "missing.hold_ask": "silence",
    "missing.hold_thanks": "silence",
    "process.hang_up": "pace",
    "process.outburst": "volume",
    "process.wrong_fact": "knowledge",
    "process.left_out": "knowledge",
    "process.no_answer": "knowledge",
}
IMPORTED = frozenset({"rating", "resolved", "praises", "complaints"})


def rests_on(charge: FindingDeduction | FigureDeduction) -> str:
    """What a deduction rests on: one of the keys above, "words", or "import"."""
    if isinstance(charge, FigureDeduction):
        named = [kind for kind, figures in FIGURES.items() if charge.limit.figure in figures]
        assert named or charge.limit.figure in IMPORTED, charge.limit.figure
        return named[0] if named else "import"
    if charge.kind in ("silence", "interruption", *SOUND):
        return charge.kind
    return OF_RULE.get(charge.rule, "words")


def applying(kind: str) -> dict[str, bool]:
    """By sheet and element, whether it applies to a faultless conversation of a kind."""
    figures = {name: v for shown in LISTED[kind] for name, v in FIGURES[shown].items()}
    found: dict[str, bool] = {}
    for sheet in SHEETS:
        score = score_call((), sheet, RULES, figures=figures, agent_heard=True).score
        found |= {f"{sheet.id}.{i.id}": i.applies for i in (*score.items, *score.beside)}
    return found


@pytest.mark.parametrize("kind", LISTED)
def test_an_element_of_which_the_input_shows_nothing_is_not_applicable(kind: str):
    shown = LISTED[kind] | {"words"}
    elements: dict[str, Item] = {
        f"{sheet.id}.{item.id}": item
        for sheet in SHEETS
        for item in (*sheet.elements, *sheet.beside)
    }
    blind = {
        name
        for name, item in elements.items()
        if item.charges and not any(rests_on(charge) in shown for charge in item.charges)
    }

    applies = applying(kind)
    assert {name for name in blind if applies[name]} == set()
    assert {name for name, yes in applies.items() if not yes} == blind


@pytest.mark.parametrize(
    ("kind", "yes"),
    [("chat with times", True), ("chat without times", False), ("voice mono", True)],
)
def test_prompt_answers_are_judged_where_they_were_measured(kind: str, yes: bool):
    applies = applying(kind)

    for item in ("bank.response", "courier.waiting", "hotline.answer", "postal.response"):
        assert applies[item] == yes


@pytest.mark.parametrize("rule", ["process.slow_reply", "process.long_wait_no_notice"])
def test_a_late_answer_takes_points_on_every_sheet(rule: str):
    late = a_finding(rule=rule, kind="process", phrase="回复不及时", match="signal")

    for sheet in SHEETS:
        assert scored_with(late, sheet.id) < 100.0, sheet.id


OVERPROMISE = a_finding(rule="forbidden.overpromise", kind="forbidden", phrase="保证没问题")


@pytest.mark.parametrize("said", [(), (OVERPROMISE,)])
@pytest.mark.parametrize(
    "kind", [kind for kind, shown in LISTED.items() if "knowledge" not in shown]
)
def test_knowledge_that_nobody_measured_is_full_marks_on_no_sheet(
    kind: str, said: tuple[Finding, ...]
):
    figures = {name: v for shown in LISTED[kind] for name, v in FIGURES[shown].items()}
    for sheet in SHEETS:
        score = score_call(said, sheet, RULES, figures=figures, agent_heard=True).score
        lines = [
            item
            for item in (*score.items, *score.beside)
            if item.dimension == "knowledge" or "业务知识" in item.name
        ]

        assert [(line.applies, line.points) for line in lines] == [(False, 0.0)], sheet.id


@pytest.mark.parametrize("rule", ["process.wrong_fact", "process.left_out", "process.no_answer"])
def test_a_confirmed_fault_of_knowledge_takes_points_on_every_sheet(rule: str):
    fault = a_finding(rule=rule, kind="process", phrase="业务知识答错：月租（月租）")
    figures = FIGURES["knowledge"]

    for sheet in SHEETS:
        score = score_call((fault,), sheet, RULES, figures=figures, agent_heard=True).score
        (line,) = [i for i in (*score.items, *score.beside) if i.dimension == "knowledge"]
        assert line.points < line.full, sheet.id


def test_what_a_person_adds_counts_also_where_nothing_was_measured():
    added = a_finding(rule="silence.long", kind="silence", role="unknown", phrase="静默")

    assert scored_with(added, "postal", measured=False) < 100.0


def test_an_element_that_was_not_measured_says_what_is_missing():
    (sheet,) = [sheet for sheet in SHEETS if sheet.id == "postal"]
    score = score_call((), sheet, RULES, figures={}, agent_heard=True).score

    (item,) = [item for item in score.items if item.id == "response"]
    assert item.note == "不适用：本通无法测量静默，没有可以核对的回复用时"


def scored_with(finding: Finding, sheet_id: str, *, measured: bool = True) -> float:
    (sheet,) = [sheet for sheet in SHEETS if sheet.id == sheet_id]
    figures = FIGURES["reply"] if measured else {}
    return score_call([finding], sheet, RULES, figures=figures, agent_heard=True).score.total or 0.0


def test_duties_that_a_call_gave_no_occasion_for_leave_the_denominator():
    please = FindingDeduction("missing", 10.0, "call", "our choice", rule="missing.please")
    nin = FindingDeduction("missing", 10.0, "call", "our choice", rule="missing.nin")
    sheet = replace(
        SHEETS[0],
        elements=(
            Item("asked", "请", 40.0, "our choice", (please, nin)),
            Item("rest", "其他", 60.0, "our choice", ()),
        ),
        beside=(),
    )

    def item(*not_due: str, findings: tuple[Finding, ...] = ()) -> ScoreItem:
        score = score_call(
            findings, sheet, RULES, figures={}, agent_heard=True, not_due=not_due
        ).score
        return score.items[0]

    added = a_finding(rule="missing.please", kind="missing", phrase="请")
    assert item().applies
    assert item("missing.please").applies
    assert not item("missing.please", "missing.nin").applies
    assert item("missing.please", "missing.nin").note == "不适用：本通没有需要履行这些职责的情形"
    assert item("missing.please", "missing.nin", findings=(added,)).points == 30.0
