"""Promises enter the store with their call, and are judged by the calls after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.errors import EventError, StoreError
from pipeline.jobs import due_on, judge_promises, load_basis, note_promise, read_promises
from pipeline.jobs.correct import Corrector
from pipeline.jobs.save import ResultSaver
from pipeline.nightly.night_end import _promise_lines
from pipeline.nightly.summary import promise_lines
from pipeline.people.actions import NewAction
from pipeline.settings import PromiseSettings, Settings
from pipeline.store import Store
from pipeline.study import summarise
from pipeline.types import CallMeta, CallResult, Imported, PromiseEvent, Scope
from tests.builders import a_result, an_utterance

AT = "2026-11-04T04:00:00+00:00"
NOW = datetime(2026, 11, 4, 16, 0)
BASIS = load_basis(Settings())
SETTINGS = PromiseSettings()
PROMISE = "今天下午三点前给您回电。"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        yield opened
        assert opened.ledger.verify().faults == ()


def a_call(number: int, text: str, start: str | None, customer: str = "C1") -> CallResult:
    made = a_result(
        call=CallMeta(f"call-{number}", "8001", customer, start, "报修"),
        utterances=(an_utterance(text),),
    )
    recording = replace(made.recording, sha256=f"{number:064x}", path=f"calls/{number}.wav")
    return replace(made, recording=recording)


def save(store: Store, *results: CallResult) -> list[int]:
    saver = ResultSaver.begin(store, BASIS, "score", actor="li", now=lambda: AT)
    return [saver.save(result) for result in results]


def statuses(store: Store) -> list[tuple[str, str | None]]:
    judged = judge_promises(store, Scope(), SETTINGS, now=NOW)
    return [(one.status, one.made.promise.due_at) for one in judged]


def test_a_saved_call_brings_its_promises(store: Store):
    save(store, a_call(1, PROMISE, "2026-11-04T10:20:00"))

    assert statuses(store) == [("overdue", "2026-11-04T15:00")]


def test_the_call_back_keeps_it(store: Store):
    save(
        store,
        a_call(1, f"宽带的事，{PROMISE}", "2026-11-04T10:20:00"),
        a_call(2, "您好，您上午反映的宽带问题给您回个电话。", "2026-11-04T14:30:00"),
    )

    (one,) = judge_promises(store, Scope(), SETTINGS, now=NOW)
    assert (one.status, one.evidence, one.guess) == ("kept", 2, True)


def test_the_first_call_back_counts_whether_by_ticket_or_by_customer(store: Store):
    save(
        store,
        a_call(1, f"您的宽带工单号是GD20261104001，{PROMISE}", "2026-11-04T10:20:00"),
        a_call(2, "您好，您上午反映的宽带问题给您回个电话。", "2026-11-04T14:30:00"),
        a_call(3, "您好，工单号GD20261104001，给您回访一下。", "2026-11-04T17:30:00"),
    )

    (one,) = judge_promises(store, Scope(), SETTINGS, now=NOW)
    assert (one.status, one.evidence) == ("kept", 2)


def test_a_call_that_was_heard_again_has_each_promise_once(store: Store):
    call = a_call(1, PROMISE, "2026-11-04T10:20:00")
    other = replace(call, engine=replace(call.engine, model_sha256="ef" * 32))
    save(store, call, other)

    assert len(statuses(store)) == 1


def test_a_corrected_text_changes_the_promise_and_its_undoing_brings_it_back(store: Store):
    (number,) = save(store, a_call(1, PROMISE, "2026-11-04T10:20:00"))
    corrector = Corrector.load(store, BASIS)
    place = {"start_s": 0.0, "end_s": an_utterance(PROMISE).end_s, "channel": 0}
    edit = NewAction("text", {**place, "text": "今天下午五点前给您回电。"})
    corrector.act(store, number, [edit], actor="wang", at=AT)
    assert statuses(store) == [("open", "2026-11-04T17:00")]

    corrector.undo(store, 1, actor="wang", at=AT)
    assert statuses(store) == [("overdue", "2026-11-04T15:00")]


def test_calls_from_before_promises_were_read_are_read_once(store: Store):
    store.results.save(a_call(1, PROMISE, "2026-11-04T10:20:00"), scored_at=AT)
    assert statuses(store) == []

    assert list(read_promises(store, SETTINGS)) == [(0, 1), (1, 1)]
    assert statuses(store) == [("overdue", "2026-11-04T15:00")]
    assert list(read_promises(store, SETTINGS)) == [(0, 0)]


def test_a_note_stays_when_the_call_is_read_again(store: Store):
    save(store, a_call(1, PROMISE, "2026-11-04T10:20:00"))
    store.promises.note(1, PromiseEvent("kept", "2026-11-04T14:00", "li", "回访记录"), at=AT)
    with store.writing():
        store.db.execute("UPDATE contacts SET basis = ''")

    list(read_promises(store, SETTINGS, again=True))

    assert statuses(store) == [("kept", "2026-11-04T15:00")]
    (entry,) = [e for e in store.ledger.entries() if e.action == "promise noted"]
    assert (entry.actor, entry.detail["outcome"]) == ("li", "kept")


@pytest.mark.parametrize(
    ("kept_at", "message"),
    [
        ("2026-11-04T10:19", "早于作出承诺的通话"),
        ("2020-01-01T10:00", "早于作出承诺的通话"),
        ("2026-11-06T00:00", "还没有到；最晚填今天 2026-11-05"),
    ],
)
def test_a_promise_is_kept_between_its_call_and_today(store: Store, kept_at: str, message: str):
    save(store, a_call(1, PROMISE, "2026-11-04T10:20:30"))
    today = date(2026, 11, 5)

    with pytest.raises(EventError, match=message):
        note_promise(store, 1, PromiseEvent("kept", kept_at, "li", "回访"), at=AT, today=today)
    assert statuses(store) == [("overdue", "2026-11-04T15:00")]

    event = PromiseEvent("kept", "2026-11-04T10:20", "li", "回访")
    note_promise(store, 1, event, at=AT, today=today)
    assert statuses(store) == [("kept", "2026-11-04T15:00")]


def test_a_note_on_no_promise_is_refused(store: Store):
    with pytest.raises(StoreError, match="there is no promise 7; callqa promises list"):
        store.promises.note(7, PromiseEvent("void", None, "li", ""), at=AT)


def test_the_morning_lists_what_falls_due_and_what_is_overdue(store: Store):
    save(
        store,
        a_call(1, "明天上午十点前给您回电。", "2026-11-04T10:20:00", "A"),
        a_call(2, PROMISE, "2026-11-04T10:30:00", "B"),
        a_call(3, "下周一给您回电。", "2026-11-04T10:40:00", "C"),
        a_call(4, "我争取明天给您回电。", "2026-11-04T10:50:00", "D"),
        a_call(5, "我会给您回电话的。", "2026-11-04T11:00:00", "E"),
    )
    with store.writing():
        store.db.execute("UPDATE calls SET complaints = 1 WHERE customer_id = 'E'")

    day = date(2026, 11, 5)
    due, overdue = due_on(store, day, SETTINGS, now=datetime(2026, 11, 5, 7, 0))

    assert [one.made.call_id for one in due] == ["call-1", "call-5"]
    assert [one.made.call_id for one in overdue] == ["call-2"]


def test_an_unknown_start_gives_no_term_and_no_crash(store: Store):
    save(store, a_call(1, PROMISE, None), a_call(2, "二月三十号给您回电。", "2026-11-04T10:20:00"))

    assert statuses(store) == [("unknown", None), ("unknown", None)]


def test_the_night_s_message_names_what_falls_due_without_personal_data(store: Store):
    save(store, a_call(1, "明天上午十点前给您回电，打13800138000。", "2026-11-04T10:20:00"))
    day = date(2026, 11, 5)

    text = promise_lines(*due_on(store, day, SETTINGS, now=datetime(2026, 11, 5, 7, 0)))

    assert text.splitlines()[0] == "今天到期的承诺 1 项（callqa promises today）："
    assert text.splitlines()[1].startswith(
        "  11-05 10:00　工号 8001　call-1　“明天上午十点前给您回电"
    )
    assert "13800138000" not in text
    assert promise_lines((), ()) == ""


def test_a_damaged_call_ends_no_night(store: Store):
    store.results.save(a_call(1, PROMISE, "2026-11-04T10:20:00"), scored_at=AT)
    kept = store.db.execute("SELECT recording FROM results").fetchone()[0]
    store.db.execute("UPDATE results SET recording = '{}'")

    text = _promise_lines(Settings(), store)
    store.db.execute("UPDATE results SET recording = ?", [kept])

    assert text.startswith("今天到期的承诺没有列出来：")
    assert "result 1 is damaged" in text


def with_direction(result: CallResult, direction: str) -> CallResult:
    return replace(result, call=replace(result.call, direction=direction))


def test_a_call_out_is_the_call_back_whatever_is_said(store: Store):
    first = a_call(1, f"宽带的事，{PROMISE}", "2026-11-04T10:20:00")
    later = a_call(2, "您好，宽带现在能用了吗？", "2026-11-04T14:30:00")
    save(store, first, with_direction(later, "outbound"))

    (one,) = judge_promises(store, Scope(), SETTINGS, now=NOW)
    assert (one.status, one.guess) == ("kept", True)


def test_a_call_in_is_no_call_back_whatever_is_said(store: Store):
    first = a_call(1, f"宽带的事，{PROMISE}", "2026-11-04T10:20:00")
    later = a_call(2, "您好，您上午反映的宽带问题给您回个电话。", "2026-11-04T14:30:00")
    save(store, first, with_direction(later, "inbound"))

    assert statuses(store) == [("overdue", "2026-11-04T15:00")]


def test_an_import_of_a_telephone_system_wins_and_is_counted(store: Store):
    result = with_direction(a_call(1, "您好。", "2026-11-04T10:20:00"), "outbound")
    missed = a_call(2, "您好。", "2026-11-04T11:20:00")
    said = {"direction": "inbound", "ringing_s": 16.0, "answer": "answered", "hung_up_by": "agent"}
    save(store, result, missed)
    lines = [
        Imported("call-1", said, "cdr.csv, line 2"),
        Imported("call-2", {"direction": "inbound", "answer": "missed"}, "cdr.csv, line 3"),
    ]
    assert store.calls.import_calls(lines, actor="li", at=AT).changed == 2
    save(store, result)

    figures = summarise(store.calls.records()).lines
    assert (figures.rings, figures.missed, figures.ended, figures.by_agent) == ((16.0,), 1, 1, 1)
    assert (figures.share_in_time(15.0), figures.share_in_time(16.0)) == (0.0, 0.5)


def test_calls_of_which_no_telephone_system_tells_have_no_such_figures(store: Store):
    save(store, a_call(1, "您好。", "2026-11-04T10:20:00"))

    lines = summarise(store.calls.records()).lines
    assert (lines.is_known, lines.share_in_time(15.0)) == (False, None)
