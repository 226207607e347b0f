"""Chats that are handed over message by message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.call import check_conversation
from pipeline.errors import LexiconError, StoreError
from pipeline.imports import Conversation
from pipeline.jobs import ResultSaver, erase_person
from pipeline.live import (
    FullError,
    LiveEar,
    UntimelyError,
    accept_messages,
    compare,
    conversations_of,
)
from pipeline.live.chats import AT_ONCE
from pipeline.people import QueueFilter
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.settings import LiveSettings, Settings
from pipeline.types import CallResult, LiveAlarm, LiveMessage, LiveOutcome, LiveTalk
from tests.live.conftest import NOW, Listening, shipped_basis

THREAT = ("forbidden.threat", "confirmed")


def test_a_threat_is_alarmed_at_once_and_told_to_people_once(listening: Listening):
    listening.say("customer", "怎么又扣我钱，我是13800138000的机主", at=NOW)
    listening.say("agent", "您好，请稍等。", at=NOW + 1)
    assert listening.alarms() == []
    listening.now += 20
    listening.say("agent", "你给我等着，看我怎么收拾13800138000。")
    listening.say("agent", "我记住你了，你等着瞧。")

    assert set(listening.alarms()) == {THREAT}
    ((title, text),) = listening.settle()
    assert title == "callqa 实时告警：forbidden.threat"
    assert "https://qa.example.cn/live/1" in text
    assert "13800138000" not in text


def test_a_customer_who_goes_to_a_ministry_is_told_though_a_person_decides_it(listening: Listening):
    listening.say("customer", "再不处理我就去工信部投诉你们。")

    assert ("fact.escalation_above", "confirmed") in listening.alarms()
    assert len(listening.settle()) == 1


def test_what_is_not_sure_waits_on_the_wall_and_is_told_to_nobody(listening: Listening):
    listening.store.rules.set_review_only(
        "forbidden.threat", on=True, reason="常误判", actor="li", at=listening.moment()
    )
    listening.pass_time(61)
    listening.say("agent", "你给我等着，看我怎么收拾你。")

    assert set(listening.alarms()) == {("forbidden.threat", "review")}
    assert listening.settle() == []


def test_a_wait_runs_and_is_alarmed_when_it_is_over_the_limit(listening: Listening):
    listening.say("customer", "请问话费怎么多了五十块？")
    listening.pass_time(30)
    talk = listening.store.live.find(1)
    assert talk is not None
    assert (talk.waits_since, talk.wait_limit_s, listening.alarms()) == (NOW, 61.0, [])

    listening.pass_time(32)
    assert listening.alarms() == [("process.slow_reply", "confirmed")]
    listening.say("agent", "您好，我帮您查一下，请稍等。")
    listening.pass_time(60)  # announced: three minutes may pass
    listening.say("agent", "查到了，是您订的流量包。")

    assert listening.alarms() == [("process.slow_reply", "confirmed")]
    assert listening.store.live.find(1).waits_since is None


def test_at_the_end_it_is_scored_as_an_import_and_its_alarms_are_compared(listening: Listening):
    listening.say("customer", "在吗，话费怎么多了？", id="m1")
    listening.now += 70
    listening.say("agent", "你给我等着，看我怎么收拾你。", id="m2")
    lines = listening.store.live.lines(1)
    talk = listening.store.live.find(1)
    listening.now += 5
    listening.say("customer", "我去工信部投诉你们。", id="m3", end=True)

    ended = listening.store.live.find(1)
    assert ended.state == "ended"
    result = listening.store.results.get(ended.result_id)
    basis = shipped_basis()
    (whole,) = conversations_of(
        talk, [*lines, LiveMessage("m3", NOW + 75, "customer", "我去工信部投诉你们。")]
    )
    book = PhraseBook.of(basis.lexicon.rules, load_meaning())
    assert result == check_conversation(whole, book, basis.lexicon, basis.sheets, basis.settings)
    assert {f.rule for f in result.findings} >= {"forbidden.threat", "process.slow_reply"}
    assert listening.store.alarms.outcome_of("forbidden.threat") == LiveOutcome(
        "forbidden.threat", 2, 0, 0
    )
    assert listening.store.alarms.outcome_of("process.slow_reply").matched == 1
    assert listening.store.alarms.outcome_of("process.slow_reply").extra == 0
    # its words are in its result only, and people find it in the queue
    assert {line.text for line in listening.store.live.lines(1)} == {""}
    assert {alarm.quote for alarm in listening.store.alarms.of_talk(1)} == {""}
    assert listening.store.queue.page(QueueFilter("all")).total == 1
    assert [e.action for e in listening.store.ledger.entries()].count("scored") == 1
    assert listening.store.ledger.verify().faults == ()
    # a message that is sent again is known; another one comes too late
    assert listening.say("customer", "我去工信部投诉你们。", id="m3").known == 1
    assert listening.say("customer", "喂？", id="m4").refused == 1


def test_a_message_that_comes_while_its_conversation_is_scored_is_in_the_result(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    listening.say("customer", "请问怎么退款？")
    check, late = LiveEar.check, LiveMessage("late", NOW + 1, "agent", "您好，这就帮您退。")

    def checked(ear: LiveEar, conversation: Conversation) -> CallResult:
        result = check(ear, conversation)
        if listening.store.live.count_lines(1) == 1:
            accept_messages(
                listening.store, "C-9", [late], about={}, limits=LiveSettings(), now=listening.now
            )
        return result

    monkeypatch.setattr(LiveEar, "check", checked)
    accept_messages(listening.store, "C-9", [], about={}, limits=LiveSettings(), now=NOW, end=True)
    for _ in range(3):
        listening.watch.step()

    (result,) = listening.store.results.each()
    assert [one.text for one in result.utterances] == ["请问怎么退款？", "您好，这就帮您退。"]


@pytest.mark.parametrize("others", [0, AT_ONCE])
def test_what_is_said_last_alarms_before_its_conversation_is_scored(
    listening: Listening, monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    def hand_over(name: str, text: str, *, end: bool = False) -> int:
        said = [LiveMessage("1", listening.now, "agent", text)]
        return accept_messages(
            listening.store,
            name,
            said,
            about={},
            limits=Settings().live,
            now=listening.now,
            end=end,
        ).talk.id

    for number in range(others):
        hand_over(f"C-{number}", "您好。")
    listening.now += 1.0
    found: list[int] = []
    look = listening.store.live.unjudged

    def while_it_looks(most: int, *, since: float) -> list[LiveTalk]:
        waiting = look(most, since=since)
        if not found:
            found.append(hand_over("last", "随你便，爱去哪去哪。", end=True))
        return waiting

    monkeypatch.setattr(listening.store.live, "unjudged", while_it_looks)
    for _ in range(3):
        listening.watch.step()
    assert listening.store.live.find(found[0]).state == "ended"  # type: ignore[union-attr]
    assert listening.alarms(found[0]) == [("forbidden.provoke", "confirmed")]
    assert len(listening.settle()) == 1


def test_messages_count_once_in_the_order_of_their_times(listening: Listening):
    listening.say("agent", "您好，请讲。", id="b", at=NOW + 10)
    listening.say("customer", "在吗？", id="a", at=NOW)
    again = listening.say("customer", "在吗？", id="a", at=NOW)

    assert (again.new, again.known) == (0, 1)
    assert [one.id for one in listening.store.live.lines(1)] == ["a", "b"]
    assert listening.store.live.find(1).begun_at == NOW


def test_what_nobody_ends_ends_by_rest_and_what_only_the_system_says_has_no_score(
    listening: Listening,
):
    listening.say("system", "客户进入排队", name="queue")
    listening.say("customer", "请问怎么退款？", name="lonely")
    listening.pass_time(15 * 60 + 1)

    queued, lonely = (listening.store.live.named("api", name) for name in ("queue", "lonely"))
    assert (queued.state, queued.result_id) == ("ended", None)
    assert lonely.state == "ended"
    assert listening.store.results.get(lonely.result_id).call.call_id == "lonely"
    # nobody answered, so the finished check has no late answer: the alarm is no false one
    assert listening.store.alarms.outcome_of("process.slow_reply").extra == 0
    assert listening.alarms(lonely.id) == [("process.slow_reply", "confirmed")]


def test_each_agent_of_a_conversation_gets_a_part(listening: Listening):
    listening.say("customer", "我要退款。")
    listening.now += 5
    listening.say("agent", "您好，8001为您服务，给您转一下。", agent_id="8001")
    listening.now += 5
    listening.say("agent", "你给我等着，看我怎么收拾你。", agent_id="8002", end=True)

    records = [listening.store.calls.record_of(number) for number in (1, 2)]
    assert [one.agent_id for one in records] == ["8001", "8002"]


def test_a_listener_that_was_away_goes_on_where_it_was(listening: Listening):
    listening.say("customer", "请问话费怎么多了五十块？")
    listening.now += 90
    listening.start()
    listening.watch.step()
    assert listening.alarms() == [("process.slow_reply", "confirmed")]

    listening.now += 900
    accept_messages(
        listening.store, "late", [LiveMessage("1", NOW, "agent", "你给我等着。")],
        about={}, limits=LiveSettings(), now=listening.now - 600, end=True,
    )  # fmt: skip
    listening.start()
    listening.watch.step()
    late = listening.store.live.named("api", "late")
    assert late.state == "ended"
    assert listening.alarms(late.id) == []  # ten minutes later nobody can do anything about it
    assert listening.store.alarms.outcome_of("forbidden.threat") == LiveOutcome(
        "forbidden.threat", 0, 0, 0
    )


def test_what_cannot_be_scored_is_kept_with_its_words_and_tried_again(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise LexiconError("规则“x”的正则表达式没有结束")

    with monkeypatch.context() as patch:
        patch.setattr(LiveEar, "check", broken)
        listening.say("customer", "请问怎么退款？")
        listening.say("agent", "您好，这就帮您退。", end=True)
    talk = listening.store.live.find(1)
    assert (talk.state, talk.fault) == ("failed", "规则“x”的正则表达式没有结束")
    assert len(listening.warned) == 2
    assert listening.store.live.lines(1)[0].text == "请问怎么退款？"

    listening.start()
    listening.watch.step()
    assert listening.store.live.find(1).state == "ended"


def test_a_conversation_that_nobody_foresaw_stops_no_other(listening: Listening):
    year_1 = LiveMessage("1", -62_135_647_200.0, "customer", "在吗")
    listening.store.live.receive("api", "odd", [year_1], about={}, now=NOW, end=True)
    listening.say("agent", "你给我等着，看我怎么收拾你。", end=True)

    odd, other = listening.store.live.find(1), listening.store.live.find(2)
    assert (odd.state, "ValueError" in odd.fault) == ("failed", True)
    assert (other.state, set(listening.alarms(2))) == ("ended", {THREAT})


def test_a_lock_that_passes_makes_a_score_wait(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    def locked(*_: object) -> None:
        raise StoreError("another process held the database for more than 10 s")

    with monkeypatch.context() as patch:
        patch.setattr(ResultSaver, "save", locked)
        listening.say("customer", "请问怎么退款？", end=True)
        assert listening.watch.step() is False  # so the next one comes after a pause
        assert listening.store.live.find(1).state == "ending"
    listening.watch.step()
    assert listening.store.live.find(1).state == "ended"
    assert len(listening.warned) == 1


def test_more_than_can_be_kept_is_refused(listening: Listening):
    one, few = LiveMessage("1", NOW, "customer", "在吗"), LiveSettings(most=1)
    accept = {"about": {}, "limits": few, "now": NOW}
    accept_messages(listening.store, "a", [one], **accept)
    accept_messages(listening.store, "a", [one], **accept)
    with pytest.raises(FullError, match="已有 1 个"):
        accept_messages(listening.store, "b", [one], **accept)
    many = [replace(one, id=str(number)) for number in range(2000)]
    with pytest.raises(FullError, match="最多 2000 条"):
        accept_messages(listening.store, "a", many, **accept)
    ahead = replace(one, id="ahead", at=NOW + 3600)
    accept_messages(listening.store, "a", [ahead], **accept)
    assert listening.store.live.lines(1)[-1].at == NOW
    for far in (NOW + 2 * 86400, NOW - 400 * 86400):
        with pytest.raises(UntimelyError, match="离现在太远"):
            accept_messages(
                listening.store,
                "a",
                [replace(one, id="f1"), replace(one, id="f2", at=far)],
                **accept,
            )
    assert listening.store.live.count_lines(1) == 2
    listening.store.live.set_state(1, "failed", "…")  # takes no place of those that go on
    accept_messages(listening.store, "b", [one], **accept)


def test_a_customer_who_is_erased_is_not_in_progress_any_more(listening: Listening):
    listening.say("customer", "我叫李晓明，请问怎么退款？", end=True)
    listening.say("customer", "我叫李晓明，喂？", name="another")
    erasure = listening.store.erasure
    calls = erasure.calls_of("13800138000")
    named = erasure.named(calls, "13800138000")
    erasure.erase(calls, "all", named, reason="本人要求", actor="test", at=listening.moment())

    assert listening.store.db.execute("SELECT count(*) FROM live_lines").fetchone() == (0,)
    erasure.clean(actor="test", at=listening.moment())
    assert listening.store.ledger.verify().faults == ()


def test_old_ids_are_forgotten_after_a_week(listening: Listening):
    listening.say("customer", "请问怎么退款？", end=True)
    listening.pass_time(8 * 86400)

    assert listening.store.live.find(1) is None
    listening.say("customer", "请问怎么退款？", end=True)
    assert listening.store.live.named("api", "C-9").id == 2  # the ledger may name the first one


def test_a_note_to_the_desk_goes_with_its_customer_weeks_later(listening: Listening):
    listening.say("customer", "我叫李晓明，请问怎么退款？", end=True)
    listening.store.ledger.record(
        "desk noted", "live 1", {"text": "李晓明要退款"}, actor="li", at=listening.moment()
    )
    listening.pass_time(8 * 86400)
    assert listening.say("customer", "请问怎么退款？", end=True).new == 1  # the id is forgotten

    erase_person(
        listening.store, Settings(), "13800138000", reason="本人要求", actor="test",
        at=listening.moment(),
    )  # fmt: skip
    (note,) = [one for one in listening.store.ledger.entries() if one.action == "desk noted"]
    assert "李晓明" not in str(note)
    assert listening.store.live.find(1) is None
    assert listening.store.ledger.verify().faults == ()


def test_alarms_are_missed_or_extra_by_their_rule_and_second():
    def alarm(rule: str, at: float) -> LiveAlarm:
        return LiveAlarm(rule, at, "wall", "confirmed", "")

    assert compare(
        [alarm("a", 1), alarm("a", 2), alarm("b", 3)], [alarm("a", 1), alarm("c", 4)], unanswered=3
    ) == (LiveOutcome("a", 1, 0, 1), LiveOutcome("c", 0, 1, 0))


def test_the_overlay_counts_within_a_minute(listening: Listening, tmp_path: Path):
    listening.watch.settings = replace(
        Settings(), site=replace(Settings().site, db=str(tmp_path / "callqa.db"))
    )
    (tmp_path / "callqa.db.site.yaml").write_text(
        "version: 1\nrules:\n  - rule: forbidden.threat\n    phrases: [小心你的狗]\n"
        "    positive: [小心你的狗。]\n",
        encoding="utf-8",
    )
    listening.pass_time(61)
    listening.say("agent", "小心你的狗。")
    assert listening.alarms() == [THREAT]

    (tmp_path / "callqa.db.site.yaml").write_text("version: 9\n", encoding="utf-8")
    listening.pass_time(61)
    assert len(listening.warned) == 1
