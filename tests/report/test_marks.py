"""A mark stands at the words of its finding, also where several messages share a time."""

from __future__ import annotations

from dataclasses import replace

from pipeline.report import parts_of
from pipeline.types import Finding, Role, Utterance, Word
from tests.builders import a_finding


def typed(text: str, at_s: float = 540.0, role: Role = "agent", lasts_s: float = 0.0) -> Utterance:
    """A message of a chat: one word a character, all at its time."""
    words = tuple(Word(c, at_s, at_s + lasts_s, 1.0) for c in text if c.isalnum())
    return Utterance(role, 0, at_s, at_s + lasts_s, text, 1.0, words)


def found(quote: str, at_s: float = 540.0) -> Finding:
    return replace(a_finding(), role="agent", quote=quote, start_s=at_s, end_s=at_s, quotes=())


def marked(utterance: Utterance, *findings: Finding) -> list[str]:
    return [part.text for part in parts_of(utterance, findings) if part.finding is not None]


def test_a_message_of_the_same_minute_is_not_marked():
    finding = found("不归我管")

    assert marked(typed("您好，请讲。"), finding) == []
    assert marked(typed("这个不归我管，您去营业厅。"), finding) == ["不归我管"]
    assert marked(typed("不归我管", role="customer"), finding) == []
    assert marked(typed("不归我管", at_s=600.0), finding) == []


def test_what_nobody_knows_who_said_is_marked_whoever_is_called_its_speaker():
    nobodys = replace(found("不归我管"), role="unknown")

    assert marked(typed("不归我管", role="customer"), nobodys) == ["不归我管"]


def test_a_quote_over_two_messages_is_marked_in_both():
    finding = found("这不归……我管")

    assert marked(typed("这不归"), finding) == ["这不归"]
    assert marked(typed("我管。"), finding) == ["我管。"]
    assert marked(typed("您好。"), finding) == []


def test_of_the_same_words_twice_those_at_the_time_are_marked():
    words = tuple(Word(c, float(at), at + 0.9, 1.0) for at, c in enumerate("请讲好的请讲"))
    utterance = Utterance("agent", 0, 0.0, 6.0, "请讲，好的，请讲。", 1.0, words)
    finding = replace(found("请讲"), start_s=4.0, end_s=6.0)

    assert [part.text for part in parts_of(utterance, [finding])] == ["请讲，好的", "，请讲。"]
    assert parts_of(utterance, [finding])[1].finding == 0


def test_what_is_hidden_is_marked_by_its_time():
    finding = replace(found("13*"), kind="pii")

    assert marked(typed("138****8000"), finding) == ["138****8000"]
