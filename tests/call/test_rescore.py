"""Calls scored again: what was heard stays, what changed is looked for, and shortcuts lose
nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.call.find_again import changed_rules, digests_of
from pipeline.call.rescore import Rescorer
from pipeline.lexicon import Lexicon, Phrase, Rule, load_lexicon, load_scorecards
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.settings import Settings
from pipeline.topics import UNSURE
from pipeline.types import (
    CallFacts,
    CallMeta,
    CallResult,
    CustomerOutcome,
    Pace,
    Provenance,
    RolePace,
    Settlement,
)
from tests.builders import a_finding, a_result, an_utterance

LEXICON = load_lexicon()
SHEETS = load_scorecards(rule_ids=[rule.id for rule in LEXICON.rules])
SPEAKS = RolePace(240.0, None, None, 8.0, low_chars_per_min=230.0, high_chars_per_min=250.0)


def with_rule(**changes: object) -> Lexicon:
    """The lexicon with 推诿 as a test wants it, of version l2."""
    rules = tuple(replace(r, **changes) if r.id == "forbidden.shirk" else r for r in LEXICON.rules)  # type: ignore[arg-type]
    return replace(LEXICON, rules=rules, version="l2")


def a_call(*said: str, **changes: object) -> CallResult:
    """A call in which the agent said these things, scored by the present lexicon's words."""
    utterances = tuple(an_utterance(text, start_s=10.0 * i) for i, text in enumerate(said))
    facts = CallFacts(utterances, 60.0, CallMeta("a"), (None,) * len(utterances))
    findings = find_phrases(
        facts, PhraseBook.of(LEXICON.rules), roles_sure=True, by_sound=False
    ).findings
    engine = Provenance("base", "cd" * 32, LEXICON.version, "default-1", "0.1.0")
    made = a_result(
        utterances=utterances, findings=findings, engine=engine, pace=Pace(SPEAKS, SPEAKS)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rescored(result: CallResult, lexicon: Lexicon, **known: object) -> CallResult:
    rescorer = Rescorer(lexicon, SHEETS, Settings(), known={LEXICON.version: digests_of(LEXICON)})
    call = CallMeta(**{"call_id": "a", **known})  # type: ignore[arg-type]
    return rescorer.rescore(result, call, CustomerOutcome())


def forbidden(result: CallResult) -> list[tuple[str, str]]:
    return [(f.rule, f.phrase) for f in result.findings if f.kind == "forbidden"]


def test_a_phrase_that_is_new_in_the_lexicon_is_found_in_the_stored_text():
    lexicon = with_rule(phrases=(Phrase("这个真没法弄"),))

    again = rescored(a_call("您好，请讲。", "这个真没法弄，再见。"), lexicon)

    assert forbidden(again) == [("forbidden.shirk", "这个真没法弄")]
    assert again.engine.lexicon_version == "l2"


def test_a_new_phrase_charges_nobody_where_the_recording_left_the_sides_unsure():
    new = with_rule(phrases=(Phrase("月底再说"),))
    sure = rescored(a_call("您月底再说吧。"), new)
    unsure = rescored(a_call("您月底再说吧。", settlement=Settlement(reason=UNSURE)), new)
    verdicts = [
        [f.verdict for f in one.findings if f.phrase == "月底再说"] for one in (sure, unsure)
    ]
    assert verdicts == [["confirmed"], ["review"]]


@pytest.mark.parametrize(("note", "shown"), [("客服与客户的判断把握不大", 1), ("", 0)])
def test_a_new_phrase_of_who_may_be_the_agent_is_shown_to_a_person(note: str, shown: int):
    new = with_rule(phrases=(Phrase("月底再说"),))
    said = (an_utterance("我要退款。"), an_utterance("月底再说吧。", "customer", 10.0))
    unsure = a_call(
        "我要退款。", utterances=said, notes=(note,), settlement=Settlement(reason=UNSURE)
    )

    found = [f for f in rescored(unsure, new).findings if f.phrase == "月底再说"]

    assert [(f.role, f.verdict) for f in found] == [("unknown", "review")] * shown


def test_a_phrase_that_left_the_lexicon_is_no_fault_any_more():
    before = a_call("您好，请讲。", "这个不归我管，再见。")
    assert forbidden(before) == [("forbidden.shirk", "不归我管")]

    assert (
        forbidden(rescored(before, with_rule(phrases=(Phrase("这个真没法弄"),), meaning=""))) == []
    )


@pytest.mark.parametrize(("still_there", "kept"), [(True, 1), (False, 0)])
def test_what_was_heard_by_ear_stays_while_its_phrase_is_in_the_lexicon(
    still_there: bool, kept: int
):
    heard = a_finding(match="acoustic", quote="不规我管", start_s=0.0, end_s=2.0)
    call = a_call("不规我管啊。")
    call = replace(call, findings=(*call.findings, heard))
    (rule,) = [rule for rule in LEXICON.rules if rule.id == "forbidden.shirk"]
    phrases = (*(rule.phrases if still_there else ()), Phrase("这个真没法弄"))

    assert len(forbidden(rescored(call, with_rule(phrases=phrases, meaning="")))) == kept


@pytest.mark.parametrize(("exception", "kept"), [("不归我管也给", 0), ("不归我管但", 1)])
def test_an_exception_that_is_new_frees_a_phrase_that_was_heard(exception: str, kept: int):
    heard = a_finding(match="acoustic", quote="不会爱", start_s=0.0, end_s=2.0)
    call = a_call("不会爱也给您办的。")
    call = replace(call, findings=(*call.findings, heard))

    assert len(forbidden(rescored(call, with_rule(exceptions=(exception,))))) == kept


def test_a_greeting_heard_by_ear_is_not_missing_when_its_rule_changed():
    call = a_call("你好，请讲。", "再见。")
    heard = a_finding(
        rule="required.nin_hao",
        kind="required",
        phrase="您好",
        match="acoustic",
        start_s=0.0,
        end_s=0.5,
    )
    call = replace(
        call, findings=(*(f for f in call.findings if f.rule != "missing.greeting"), heard)
    )
    rules = tuple(
        replace(r, severity="low") if r.id == "required.nin_hao" else r for r in LEXICON.rules
    )

    again = rescored(call, replace(LEXICON, rules=rules, version="l2"))

    assert [f.kind for f in again.findings if f.rule == "required.nin_hao"] == ["required"]
    assert "missing.greeting" not in {f.rule for f in again.findings}


@pytest.mark.parametrize(
    ("said", "left"),
    [("一号客服中心，请讲。", ["review"]), ("您好，客服中心，请讲。", [])],
)
def test_a_lack_that_the_ear_left_to_a_person_stays_with_him_when_the_duty_changed(
    said: str, left: list[str]
):
    call = a_call(said, "已经为您登记好了。", "感谢您的来电，再见。")
    lack = a_finding(
        rule="missing.greeting", kind="missing", phrase="您好", match="acoustic",
        start_s=0.0, end_s=60.0, quote="", verdict="review",
    )  # fmt: skip
    others = (f for f in call.findings if f.rule != "missing.greeting")
    rules = tuple(
        replace(r, duty=replace(r.duty, turns=4)) if r.id == "missing.greeting" and r.duty else r
        for r in LEXICON.rules
    )

    again = rescored(
        replace(call, findings=(*others, lack)), replace(LEXICON, rules=rules, version="l2")
    )

    assert [f.verdict for f in again.findings if f.rule == "missing.greeting"] == left


def test_a_duty_that_changed_is_judged_with_its_unchanged_slots():
    said = a_call("您好，请讲。", "再见。")
    rules = tuple(
        replace(r, severity="high") if r.id == "missing.greeting" else r for r in LEXICON.rules
    )

    again = rescored(said, replace(LEXICON, rules=rules, version="l2"))

    assert "missing.greeting" not in {f.rule for f in again.findings}


def test_what_was_measured_stays():
    silence = a_finding(
        rule="silence.long", kind="silence", role="unknown", phrase="静默 12.0 秒", match="signal"
    )
    call = a_call("您好，请讲。", findings=(silence,))

    assert silence in [
        replace(f, points=0.0) for f in rescored(call, with_rule(severity="low")).findings
    ]


def test_a_late_answer_stays_though_no_rule_of_the_lexicon_found_it():
    late = a_finding(
        rule="process.slow_reply", kind="process", phrase="回复不及时", match="signal", quote=""
    )
    call = a_call("您好，请讲。", findings=(late,))

    again = rescored(call, with_rule(severity="low"))

    assert [f.rule for f in again.findings if f.kind == "process"] == ["process.slow_reply"]


def test_the_sheet_is_chosen_by_the_queue_as_it_is_known_now():
    assert rescored(
        a_call("您好。"), LEXICON, queue="银行信用卡"
    ).engine.scoring_version.startswith("bank-")


def test_flags_that_come_from_the_recording_stay_and_others_are_made_anew():
    call = a_call("您好，请讲。", "这个不归我管。")
    note = "录音有 2 处损坏，内容可能不完整"
    call = replace(call, notes=(note,), score=replace(call.score, flags=(note, "出现禁语 1 处")))

    flags = rescored(call, with_rule(phrases=(Phrase("这个真没法弄"),), meaning="")).score.flags

    assert "录音有 2 处损坏，内容可能不完整" in flags
    assert "出现禁语 1 处" not in flags


def test_rules_that_look_at_a_changed_rule_change_with_it():
    looking = {r.id for r in LEXICON.rules if r.conditions or r.duty}
    needed = {i for r in LEXICON.rules for c in r.conditions for i in c.operator.rules}
    needed |= {slot for r in LEXICON.rules for slot in r.slots}
    before = digests_of(LEXICON)
    for rule in LEXICON.rules:
        changed = {r.id for r in changed_rules(LEXICON.rules, before | {rule.id: "other"})}
        assert rule.id in changed
        assert changed <= {rule.id, *looking, *needed}


def test_a_rule_that_only_moved_in_its_file_did_not_change():
    assert with_rule(at="elsewhere 第 9 行").rules[0].digest == LEXICON.rules[0].digest
    assert changed_rules(with_rule(at="elsewhere 第 9 行").rules, digests_of(LEXICON)) == ()


def test_a_rule_that_only_cites_another_clause_is_not_looked_for_again():
    assert changed_rules(with_rule(source="our choice").rules, digests_of(LEXICON)) == ()


WORDS = st.sampled_from(
    ["您好", "请讲", "不归我管", "这个", "50%", "真没法弄", "嗯", "再见", "１２", "没法", "弄"]
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=5).map("".join), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_the_quick_look_never_hides_what_the_whole_search_finds(said: list[str]):
    rule = Rule(
        "forbidden.x",
        "新",
        "forbidden",
        "D",
        "high",
        "agent",
        phrases=(Phrase("真没法弄"), Phrase("百分之五十")),
    )
    lexicon = replace(LEXICON, rules=(*LEXICON.rules, rule), version="l2")
    call = a_call(*said)
    facts = CallFacts(call.utterances, 60.0, CallMeta("a"), (None,) * len(call.utterances))
    whole = find_phrases(facts, PhraseBook.of((rule,)), roles_sure=True, by_sound=False).findings

    found = [f for f in rescored(call, lexicon).findings if f.rule == "forbidden.x"]

    covered = [
        f
        for f in whole
        if not any(
            f.start_s < k.end_s and k.start_s < f.end_s
            for k in call.findings
            if k.kind == "forbidden"
        )
    ]
    assert [(f.start_s, f.phrase) for f in found] == [(f.start_s, f.phrase) for f in covered]


def test_a_duty_that_changed_is_looked_for_with_the_slots_that_meet_it():
    rules = tuple(
        replace(r, duty=replace(r.duty, turns=4)) if r.id == "missing.greeting" and r.duty else r
        for r in LEXICON.rules
    )
    changed = replace(LEXICON, rules=rules, version="l2")
    polite = a_call("您好，客服中心，请讲。", "已经为您登记好了。", "感谢您的来电，再见。")
    curt = a_call("客服中心，什么事。", "已经为您登记好了。", "感谢您的来电，再见。")

    assert "missing.greeting" not in {f.rule for f in rescored(polite, changed).findings}
    assert "missing.greeting" in {f.rule for f in rescored(curt, changed).findings}
    heard = a_finding(rule="required.nin_hao", kind="required", phrase="您好", match="acoustic")
    others = (f for f in curt.findings if f.kind != "missing")
    again = rescored(replace(curt, findings=(*others, heard)), changed)
    assert "missing.greeting" not in {f.rule for f in again.findings}


@pytest.mark.parametrize(
    ("known", "solved"),
    [
        ({}, False),
        ({"settlement": Settlement(reason=UNSURE)}, None),
        ({"notes": ("客服与客户的判断把握不大",)}, None),
        ({"notes": ("录音有 2 处损坏，内容可能不完整",)}, False),
    ],
)
def test_last_words_judge_nobody_where_the_recording_left_the_sides_unsure(
    known: dict[str, object], solved: bool | None
):
    said = (an_utterance("您好，请讲。"), an_utterance("还是不行。", "customer", 10.0))
    result = a_call("您好，请讲。", utterances=said, **known)

    assert rescored(result, LEXICON).settlement.solved is solved
