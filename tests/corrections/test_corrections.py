"""The machine's result and people's acts into a corrected result, by the real lexicon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.call.rescore import Rescorer
from pipeline.corrections import RevisionBasis, decision_of, retimed, revise
from pipeline.lexicon import load_lexicon, load_scorecards
from pipeline.people.actions import ActionKind, FindingKey, ReviewAction
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.settings import Settings
from pipeline.types import (
    CallFacts,
    CallMeta,
    CallResult,
    CustomerOutcome,
    Finding,
    Pace,
    Provenance,
    Quote,
    RolePace,
    Utterance,
)
from tests.builders import a_finding, a_result, an_utterance

LEXICON = load_lexicon()
SHEETS = load_scorecards(rule_ids=[rule.id for rule in LEXICON.rules])
SHEET = SHEETS.choose(None, None)
BOOK = PhraseBook.of(LEXICON.rules)
BASIS = RevisionBasis(LEXICON, SHEET, lambda: BOOK)
SPEAKS = RolePace(240.0, None, None, 8.0, low_chars_per_min=230.0, high_chars_per_min=250.0)

SAID = (
    an_utterance("您好，请问有什么可以帮您？", start_s=0.0),
    an_utterance("我的包裹没有收到。", "customer", 5.0),
    an_utterance("这个不归我管。", start_s=10.0),
    an_utterance("再见。", start_s=15.0),
)


def scored(utterances: tuple[Utterance, ...] = SAID, *more: Finding) -> CallResult:
    """A call as the machine scores it; ``more``: findings besides those of its text."""
    facts = CallFacts(utterances, 20.5, CallMeta("a"), (None,) * len(utterances))
    findings = (*find_phrases(facts, BOOK, roles_sure=True, by_sound=False).findings, *more)
    ordered = tuple(sorted(findings, key=lambda f: (f.start_s, f.end_s, f.rule)))
    engine = Provenance("base", "cd" * 32, LEXICON.version, "none", "0.1.0")
    raw = a_result(
        utterances=utterances, findings=ordered, engine=engine, pace=Pace(SPEAKS, SPEAKS)
    )
    return Rescorer(LEXICON, SHEETS, Settings()).rescore(raw, CallMeta("a"), CustomerOutcome())


MACHINE = scored()
SHIRK = next(f for f in MACHINE.findings if f.phrase == "不归我管")


def an_act(
    number: int, kind: ActionKind, value: dict[str, Any], *, undone: bool = False
) -> ReviewAction:
    return ReviewAction(
        number,
        "ab" * 32,
        1,
        kind,
        value,
        "王",
        "2026-11-20T09:00:00+00:00",
        undone_at="later" if undone else None,
    )


def decided(number: int, finding: Finding, decision: str, *, undone: bool = False) -> ReviewAction:
    return an_act(
        number,
        "decide",
        {"decision": decision, "finding": FindingKey.of(finding).plain()},
        undone=undone,
    )


def added(number: int, rule: str, kind: str, start_s: float, end_s: float) -> ReviewAction:
    value = {
        "rule": rule,
        "kind": kind,
        "role": "agent",
        "start_s": start_s,
        "end_s": end_s,
        "phrase": "",
    }
    return an_act(number, "add", {**value, "quote": "复听"})


def edited(number: int, kind: ActionKind, utterance: Utterance, new: str) -> ReviewAction:
    place = {
        "channel": utterance.channel,
        "start_s": utterance.start_s + 0.04,
        "end_s": utterance.end_s - 0.04,
    }
    return an_act(number, kind, {**place, kind: new})


def missing(result: CallResult) -> set[str]:
    return {f.rule for f in result.findings if f.kind == "missing"}


def points(result: CallResult, item: str) -> float:
    return next(
        line.points for line in (*result.score.items, *result.score.extras) if line.id == item
    )


TABOO = next(
    item.id
    for item in MACHINE.score.items
    if any(r.finding is not None and MACHINE.findings[r.finding] == SHIRK for r in item.reasons)
)


def test_without_acts_in_force_the_machine_s_result_is_given():
    acts = [an_act(1, "comment", {"text": "好"}), decided(2, SHIRK, "refused", undone=True)]

    revised = revise(MACHINE, acts, BASIS)

    assert revised.result is MACHINE
    assert (revised.revision, revised.idle, revised.edited) == ("", (), False)


def test_a_refused_finding_is_left_out_and_gives_its_points_back():
    revised = revise(MACHINE, [decided(1, SHIRK, "refused")], BASIS)

    assert SHIRK not in revised.result.findings
    assert points(revised.result, TABOO) == points(MACHINE, TABOO) - SHIRK.points
    assert revised.revision
    assert revised.result.utterances == MACHINE.utterances


def test_a_doubtful_finding_takes_points_once_it_is_confirmed():
    doubtful = a_finding(
        rule="forbidden.threat", phrase="你去告吧", start_s=15.0, end_s=15.5, verdict="review"
    )
    machine = scored(SAID, doubtful)
    found = next(f for f in machine.findings if f.rule == "forbidden.threat")

    result = revise(machine, [decided(1, found, "confirmed")], BASIS).result

    now = next(f for f in result.findings if f.rule == "forbidden.threat")
    assert (now.verdict, now.points < 0) == ("confirmed", True)
    assert result.score.total < machine.score.total  # type: ignore[operator]


def test_the_last_decision_counts_and_open_is_as_the_machine_had_it():
    acts = [decided(1, SHIRK, "refused"), decided(2, SHIRK, "open")]

    result = revise(MACHINE, acts, BASIS).result

    assert (result.findings, result.score) == (MACHINE.findings, MACHINE.score)
    assert decision_of(SHIRK, acts) == acts[1]
    assert decision_of(SHIRK, [acts[0], replace(acts[1], undone_at="later")]) == acts[0]


def test_a_decision_tells_two_findings_of_one_rule_in_one_breath_apart():
    other = replace(SHIRK, phrase="不是我们的事", start_s=SHIRK.start_s + 0.1)
    machine = replace(MACHINE, findings=(*MACHINE.findings, other))

    result = revise(machine, [decided(1, other, "refused")], BASIS).result

    assert [f.phrase for f in result.findings if f.rule == SHIRK.rule] == ["不归我管"]
    assert decision_of(SHIRK, [decided(1, other, "refused")], machine.findings) is None


def test_what_a_person_adds_is_charged_and_says_who():
    result = revise(MACHINE, [added(1, "forbidden.threat", "forbidden", 15.0, 16.0)], BASIS).result

    (new,) = [f for f in result.findings if f.rule == "forbidden.threat"]
    assert (new.verdict, new.confidence, new.evidence, new.quote) == (
        "confirmed",
        1.0,
        "人工添加（王）",
        "复听",
    )
    assert new.points < 0


def test_what_the_machine_found_as_well_is_not_charged_twice():
    result = revise(MACHINE, [added(1, SHIRK.rule, "forbidden", 10.0, 12.0)], BASIS).result

    assert result.findings == MACHINE.findings


def test_a_measured_rule_can_be_added_and_an_unknown_one_is_idle():
    acts = [
        added(1, "interruption", "interruption", 6.0, 7.5),
        added(2, "gone.rule", "forbidden", 1.0, 2.0),
    ]

    revised = revise(MACHINE, acts, BASIS)

    assert [f.kind for f in revised.result.findings if f.rule == "interruption"] == ["interruption"]
    assert revised.idle == (acts[1],)


def test_points_set_by_hand_are_explained_and_summed_up():
    value = {"item": TABOO, "points": 1.0, "reason": "情节轻微"}

    result = revise(MACHINE, [an_act(1, "override", value)], BASIS).result

    item = next(item for item in result.score.items if item.id == TABOO)
    assert (item.points, item.reasons[-1].text, item.reasons[-1].figure) == (
        1.0,
        "人工改分：情节轻微（王）",
        1.0,
    )
    moved = 1.0 - points(MACHINE, TABOO)
    full = sum(i.full for i in MACHINE.score.items if i.applies)
    assert result.score.total == pytest.approx(MACHINE.score.total + moved / full * 100, abs=0.02)  # type: ignore[operator]
    assert result.score.attitude != MACHINE.score.attitude
    assert result.score.grade == SHEET.grade(result.score.total)


def test_points_that_the_sheet_does_not_allow_are_idle():
    acts = [
        an_act(1, "override", {"item": TABOO, "points": 101.0, "reason": "x"}),
        an_act(2, "override", {"item": "gone", "points": 1.0, "reason": "x"}),
    ]

    revised = revise(MACHINE, acts, BASIS)

    assert (revised.result.score, revised.idle) == (MACHINE.score, tuple(acts))


def test_a_bonus_can_be_given_by_hand_where_the_machine_gave_none():
    (bonus, *_) = [extra for extra in SHEET.extras if extra.sign == 1]
    assert bonus.id not in {extra.id for extra in MACHINE.score.extras}

    result = revise(
        MACHINE,
        [an_act(1, "override", {"item": bonus.id, "points": bonus.most, "reason": "表扬信"})],
        BASIS,
    ).result

    assert points(result, bonus.id) == bonus.most
    assert result.score.total == pytest.approx(min(100, MACHINE.score.total + bonus.most))  # type: ignore[operator]


def test_what_the_customer_said_is_no_fault_of_the_agent():
    result = revise(MACHINE, [edited(1, "role", SAID[2], "customer")], BASIS).result

    assert result.utterances[2].role == "customer"
    assert SHIRK.rule not in {f.rule for f in result.findings}


def test_words_that_were_misheard_are_looked_for_again():
    acts = [
        edited(1, "text", SAID[2], "这个我来帮您查。"),
        edited(2, "text", SAID[3], "不归我管。"),
    ]

    revised = revise(MACHINE, acts, BASIS)

    (found,) = [f for f in revised.result.findings if f.rule == SHIRK.rule]
    assert revised.edited
    assert SAID[3].start_s <= found.start_s < found.end_s <= SAID[3].end_s
    assert found.verdict == "confirmed"


def test_a_greeting_that_was_said_is_not_missing_and_one_that_was_not_is():
    wrong = (an_utterance("嗯好，什么事情啊？", start_s=0.0), *SAID[1:])
    machine = scored(wrong)
    assert "missing.greeting" in missing(machine)
    assert "missing.greeting" not in missing(MACHINE)

    mended = revise(machine, [edited(1, "text", wrong[0], "您好，什么事情？")], BASIS).result
    lost = revise(MACHINE, [edited(1, "text", SAID[0], "嗯好，什么事情啊？")], BASIS).result

    assert "missing.greeting" not in missing(mended)
    assert "missing.greeting" in missing(lost)


def test_an_edit_leaves_what_was_heard_elsewhere():
    heard = a_finding(
        rule="forbidden.threat", phrase="你去告吧", match="acoustic", start_s=15.0, end_s=15.7
    )
    machine = scored(SAID, heard)

    result = revise(machine, [edited(1, "text", SAID[2], "这个我来帮您查。")], BASIS).result

    assert FindingKey.of(heard) in [FindingKey.of(f) for f in result.findings]


def test_an_edit_leaves_an_answer_as_late_as_it_was():
    late = a_finding(
        rule="process.slow_reply", kind="process", phrase="回复不及时", match="signal", quote="",
        start_s=SAID[2].start_s, end_s=SAID[2].end_s,
    )  # fmt: skip
    machine = scored(SAID, late)

    result = revise(machine, [edited(1, "text", SAID[2], "这个我来帮您查。")], BASIS).result

    assert FindingKey.of(late) in [FindingKey.of(f) for f in result.findings]


def test_what_was_heard_by_ear_goes_with_the_one_who_said_it():
    unsure = (replace(SAID[2], role="unknown"),)
    heard = a_finding(
        rule="forbidden.threat",
        role="unknown",
        match="acoustic",
        start_s=10.0,
        end_s=11.0,
        verdict="review",
    )
    machine = scored((*SAID[:2], *unsure, SAID[3]), heard)

    result = revise(machine, [edited(1, "role", unsure[0], "agent")], BASIS).result

    assert [f.role for f in result.findings if f.rule == "forbidden.threat"] == ["agent"]


@pytest.mark.parametrize("match", ["exact", "acoustic"])
def test_a_phrase_of_a_customer_who_was_the_agent_becomes_the_agents_and_counts_once(match: str):
    called_customers = replace(SAID[2], role="customer")
    nobodys = replace(SHIRK, role="unknown", match=match, verdict="review")
    machine = scored((*SAID[:2], called_customers, SAID[3]), nobodys)

    result = revise(machine, [edited(1, "role", called_customers, "agent")], BASIS).result

    assert [f.role for f in result.findings if f.rule == SHIRK.rule] == ["agent"]


def test_new_findings_of_a_rule_that_is_left_to_people_are_for_review():
    basis = replace(BASIS, review_only=frozenset({SHIRK.rule}))

    result = revise(MACHINE, [edited(1, "text", SAID[3], "不归我管。")], basis).result

    assert [f.verdict for f in result.findings if f.rule == SHIRK.rule] == ["confirmed", "review"]


def test_an_utterance_that_is_no_more_leaves_its_act_idle():
    gone = edited(1, "role", an_utterance("在吗", start_s=18.0), "customer")

    revised = revise(MACHINE, [gone], BASIS)

    assert (revised.idle, revised.edited) == ((gone,), False)


def test_a_call_whose_only_speaker_is_the_customer_is_not_scored():
    acts = [edited(at, "role", utterance, "customer") for at, utterance in enumerate(SAID)]

    score = revise(MACHINE, acts, BASIS).result.score

    assert (score.attitude, score.total, score.grade) == (None, None, None)


def test_the_digest_changes_with_what_is_applied_and_not_with_its_number():
    one, same, other = (
        decided(n, SHIRK, said) for n, said in ((1, "refused"), (9, "refused"), (1, "confirmed"))
    )

    marks = [revise(MACHINE, [act], BASIS).revision for act in (one, same, other)]

    assert marks[0] == marks[1] != marks[2]


@given(st.text("您好不归我管，。a1 ", max_size=12), st.text("您好不归我管，。a1 ", max_size=12))
def test_every_word_of_a_corrected_text_has_a_time_inside_the_utterance(before: str, after: str):
    utterance = an_utterance(before, start_s=3.0, end_s=5.0)

    words = retimed(utterance, after).words

    assert "".join(word.text for word in words) == after
    times = [t for word in words for t in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert all(3.0 <= t <= 5.0 + 1e-9 for t in times)
    assert before == after or all(word.end_s > word.start_s for word in words)


FORBIDDEN = (
    "这个不归我管。",
    "你去告吧。",
    "我不知道。",
    "急什么急。",
    "好的，请稍等。",
    "您好。",
    "再见。",
)


@given(st.lists(st.sampled_from(FORBIDDEN), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_refusing_every_confirmed_forbidden_finding_never_lowers_a_score(said: list[str]):
    machine = scored(tuple(an_utterance(text, start_s=3.0 * i) for i, text in enumerate(said)))
    faults = [f for f in machine.findings if f.kind == "forbidden" and f.verdict == "confirmed"]

    now = revise(machine, [decided(n, f, "refused") for n, f in enumerate(faults)], BASIS).result

    assert not [f for f in now.findings if f.kind == "forbidden" and f.verdict == "confirmed"]
    assert now.score.total >= machine.score.total  # type: ignore[operator]
    assert now.score.attitude >= machine.score.attitude  # type: ignore[operator]


def test_a_quote_is_by_the_speaker_whom_people_name():
    finding = a_finding(
        rule="process.complaint_apology",
        kind="process",
        start_s=90.0,
        end_s=91.0,
        quotes=(Quote("agent", SAID[3].start_s, SAID[3].end_s, SAID[3].text),),
    )
    machine = replace(MACHINE, findings=(finding,))

    result = revise(machine, [edited(1, "role", SAID[3], "customer")], BASIS).result

    (one,) = [f for f in result.findings if f.rule == finding.rule]
    assert [quote.said_by for quote in one.quotes] == ["customer"]
