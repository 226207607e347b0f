"""Nobody is charged for words that he had no chance to say, or that may be lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.call import Rescorer
from pipeline.call.no_chance import DAMAGED, LEFT, SILENT, unless_no_chance
from pipeline.lexicon import load_lexicon, load_scorecards
from pipeline.settings import Settings
from pipeline.types import CallMeta, CustomerOutcome, Finding, Recording, Utterance
from tests.builders import a_finding, a_result, an_utterance

LEXICON = load_lexicon()
WHOLE = Recording("a.wav", "ab" * 32, 60.0, 8000, 2, "pcm_alaw", 0)
LACKS = ("missing.greeting", "missing.anything_else", "missing.closing")
ASKED = (
    an_utterance("您好，请问有什么可以帮您？", start_s=0.0),
    an_utterance("我想查一下电费。", "customer", 5.0),
    an_utterance("您的电费是八十六元。", start_s=10.0),
)


def lacking(*utterances: Utterance, recording: Recording = WHOLE, **call: str) -> dict[str, str]:
    """What becomes of the lack of a greeting, of an offer of more help and of a farewell: the
    reason why a person decides, or "charged"."""
    found = [a_finding(rule=rule, kind="missing", points=-4.0) for rule in LACKS]
    meta = CallMeta(**call)  # type: ignore[arg-type]
    judged = unless_no_chance(found, utterances, meta, recording, LEXICON.rules)
    return {f.rule: f.evidence if f.verdict == "review" else "charged" for f in judged}


def at_the_end(why: str) -> dict[str, str]:
    """The greeting is owed, what belongs to the end is for a person."""
    return {LACKS[0]: "charged", LACKS[1]: why, LACKS[2]: why}


def test_in_an_ordinary_call_every_lack_is_charged():
    assert lacking(*ASKED) == dict.fromkeys(LACKS, "charged")


def test_in_a_damaged_recording_the_words_may_be_lost():
    damaged = replace(WHOLE, decode_errors=1)

    assert lacking(*ASKED, recording=damaged) == dict.fromkeys(LACKS, DAMAGED)


def test_to_a_customer_who_says_nothing_no_farewell_is_owed():
    assert lacking(ASKED[0], ASKED[2]) == at_the_end(SILENT)


@pytest.mark.parametrize("by", ["customer", "system"])
def test_who_was_hung_up_on_had_no_chance_to_say_goodbye(by: str):
    assert lacking(*ASKED, hung_up_by=by) == at_the_end(LEFT)


@pytest.mark.parametrize("end", ["好的，谢谢，再见。", "没有了，谢谢。", "行，那就这样吧，拜拜。"])
def test_who_answers_the_customers_farewell_without_one_is_charged(end: str):
    ends = (an_utterance(end, "customer", 15.0), an_utterance("嗯，知道了。", start_s=18.0))

    assert lacking(*ASKED, *ends, hung_up_by="customer") == dict.fromkeys(LACKS, "charged")
    assert lacking(*ASKED, ends[0], hung_up_by="customer") == at_the_end(LEFT)


def test_the_agent_who_hung_up_himself_is_charged():
    assert lacking(*ASKED, hung_up_by="agent") == dict.fromkeys(LACKS, "charged")


def test_what_was_said_is_charged_as_before():
    rude = a_finding(points=-10.0)
    damaged = replace(WHOLE, decode_errors=3)

    assert unless_no_chance([rude], (), CallMeta(), damaged, LEXICON.rules) == (rude,)


def _closing(found: tuple[Finding, ...]) -> list[str]:
    return [f.verdict for f in found if f.rule == "missing.closing"]


def test_a_record_that_is_imported_later_counts_with_the_next_scoring():
    sheets = load_scorecards(rule_ids=[rule.id for rule in LEXICON.rules])
    rescorer = Rescorer(LEXICON, sheets, Settings())
    lack = a_finding(rule="missing.closing", kind="missing", points=-8.0)
    call = a_result(utterances=ASKED, findings=(lack,), recording=WHOLE)
    same = replace(call, engine=replace(call.engine, lexicon_version=LEXICON.version))

    unknown = rescorer.rescore(same, CallMeta("a"), CustomerOutcome())
    known = rescorer.rescore(same, CallMeta("a", hung_up_by="customer"), CustomerOutcome())

    assert _closing(unknown.findings) == ["confirmed"]
    assert _closing(known.findings) == ["review"]
