"""A database with a row of every kind that judges people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.people import (
    CallEffect,
    FindingKey,
    NewAction,
    NewCoachingRecord,
    NewProposal,
    OverlayVersion,
    ProposalEffect,
)
from pipeline.store import Correction, KnownFile, Night, Store, ToneLabel
from pipeline.types import (
    CallMeta,
    CallTopic,
    Contact,
    Imported,
    LiveOutcome,
    Promise,
    PromiseEvent,
    Quote,
    RoleTone,
    ServiceEvent,
    Settlement,
    Tone,
    TonePart,
    ToneWindow,
    WordingChange,
)
from tests.builders import a_decision, a_finding, a_result, a_score, an_utterance

AT = "2026-11-02T09:00:00+00:00"
LATER = "2026-11-03T09:00:00+00:00"
FINDING = a_finding()
VOICE = ToneWindow(0.0, 4.0, (TonePart("pitch_st", 11.0, 11.0, 0.0),))
FIRST, SECOND, THIRD = ("1" * 64, "2" * 64, "3" * 64)
HER = {"actor": "li", "at": AT}


def a_call(sha256: str, agent: str, customer: str, **changes: object):  # type: ignore[no-untyped-def]
    made = a_result(
        call=CallMeta(f"call-{sha256[0]}", agent, customer, "2026-11-02T09:30:00", "投诉"),
        findings=(FINDING, a_finding(start_s=5.0, end_s=6.0, verdict="review")),
        score=a_score(80.0),
        topics=(CallTopic("t1", "退款", "refund", "shop", 1.0, (Quote("customer", 1.0, 2.0, "退款"),)),),
        settlement=Settlement(None, "没有说", quotes=()),
        utterances=(an_utterance("不归我管。"), an_utterance("我要退款。", "customer", 3.0)),
    )  # fmt: skip
    recording = replace(made.recording, sha256=sha256, path=f"calls/{sha256[0]}.wav")
    return replace(made, recording=recording, **changes)  # type: ignore[arg-type]


def fill(path: Path) -> None:
    """Three calls of two agents, and everything that people and the program do with them."""
    path.write_bytes(_filled())


@cache
def _filled() -> bytes:
    """The file, made once a process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "callqa.db"
        with Store.open(path) as store:
            _calls(store)
            _people(store)
            _judgements(store)
            _program(store)
        return path.read_bytes()


def _calls(store: Store) -> None:
    run = store.runs.begin("score", started_at=AT)
    store.versions.keep("lexicon", "l1", '{"forbidden.shirk": "ab"}')
    store.versions.keep("sheet", "s1", "id: basic\n")
    for sha256, agent in ((FIRST, "8001"), (SECOND, "8002"), (THIRD, "8001")):
        tone = Tone(RoleTone(windows=(VOICE,))) if sha256 == THIRD else Tone()
        call = a_call(sha256, agent, f"C{sha256[0]}", tone=tone)
        store.results.save(call, scored_at=AT, run_id=run)
    revised = a_call(FIRST, "8001", "C1", score=a_score(90.0))
    store.results.save(
        revised, scored_at=LATER, heard_id=1, actor="li", correction=Correction(1, "ab")
    )
    lines = [
        Imported("call-2", {"rating": 1.0, "resolved": 0, "complaints": 1}, "ratings.csv:2"),
    ]
    store.calls.import_calls(lines, **HER)
    store.agents.record([("8001", "张三", "一班"), ("8002", "王五", "二班")], **HER)
    store.samples.keep([(THIRD, 3, "random", "随机", 0.5)], seed=1, plan={"n": 1}, **HER)


def _people(store: Store) -> None:
    store.users.add("boss", "admin", password_hash="$a", **HER)
    store.users.add("chen", "qa", password_hash="$b", **HER)
    store.users.add("a8001", "agent", agent_id="8001", password_hash="$c", **HER)
    store.tokens.add("boss", digest="d1", label="bi", **HER)
    store.sessions.begin(
        "chen", digest="s1", csrf="c", now=1793610000.0, address="10.0.0.5", browser="Firefox"
    )
    store.sessions.know_device("chen", digest="d1", now=1793610000.0)
    store.factors.put("chen", secret="S", step=1, codes=("c1",), **HER)
    store.factors.use_code("chen", "c1", at=AT)


def _judgements(store: Store) -> None:
    store.actions.add(2, [a_decision(FINDING)], actor="chen", at=AT)
    mark = NewAction("mark", {"mark": "good"}), NewAction("comment", {"text": "很好"})
    _, comment = store.actions.add(3, mark, actor="chen", at=AT)
    store.actions.undo(comment, actor="li", at=LATER)
    key = FindingKey.of(FINDING)
    first = store.appeals.file(
        1, finding=key, agent_id="8001", filed_by="a8001", reason="我没有推诿", at=AT, due_at=LATER
    )
    store.appeals.decide(first.id, outcome="rejected", answer="录音属实", decided_by="li", at=LATER)
    store.appeals.file(
        3, finding=None, agent_id="8001", filed_by="a8001", reason="分太低", at=AT, due_at=LATER
    )
    store.coaching.add(
        NewCoachingRecord("8001", "reminder", date(2026, 11, 3), "请注意", 1, key),
        actor="li",
        at=AT,
    )
    store.rounds.begin("十一月", result_ids=[1, 2], reviewers=["chen", "wang"], **HER)
    store.rounds.grade(1, FIRST, {"a": 90.0}, reviewer="chen", at=AT)
    store.rules.set_review_only("tone.raised", on=True, reason="误报多", **HER)
    store.tone.label([ToneLabel(1, "agent", 0.0, 2.0, "calm", "chen")], labelled_at=AT)
    event = ServiceEvent(
        "praise", date(2026, 11, 2), agent_id="8001", note="来信表扬", origin="page"
    )
    store.events.record(event, **HER)


def _program(store: Store) -> None:
    promise = Promise(
        "reply", 3.0, 4.0, "下午给您回电", "下午", "2026-11-02T18:00:00", "", True, True
    )
    store.promises.put(FIRST, Contact("G1", ("退款",), False), [promise], basis="b1")
    event = PromiseEvent("kept", "2026-11-02T15:00:00", "li", "已回电")
    store.promises.note(1, event, at=AT)
    file = KnownFile(Path("calls/1.wav"), 10, 1, FIRST, "scored")  # type: ignore[arg-type]
    store.files.note(file, at=AT)
    bad = KnownFile(Path("calls/9.wav"), 10, 1, "9" * 64, "quarantined", "空文件")  # type: ignore[arg-type]
    store.files.note(bad, at=AT)
    night = store.nights.begin(at=AT)
    store.nights.end(night, Night(AT, LATER, 3, 3, 0, 0, 60.0, "完成"))
    store.alarms.note_outcomes(FIRST, [LiveOutcome("forbidden.threat", 2, 1, 0)], at=AT)
    store.reports.note_written("2026-10", "month", page="out/index.html", at=AT)
    _proposals(store)
    with store.writing():
        store.db["sound_prints"].insert({"sha256": THIRD, "print": b"x"})
    store.ledger.record("listened", f"call {THIRD}", {"from_s": 1.0}, actor="chen", at=AT)
    store.ledger.record("exported", "list 1", {"calls": 3}, actor="li", at=AT)


def _proposals(store: Store) -> None:
    change = WordingChange("forbidden.shirk", "exceptions", "归我管")
    made = store.proposals.add(NewProposal((change,), note="太宽了"), **HER)
    shown = (CallEffect(2, "call-2", "8002", 80.0, 90.0, 80.0, 90.0, fewer=1),)
    effect = ProposalEffect("done", "b", AT, AT, calls=3, tried=3, changed=1, shown=shown)
    store.proposals.note_effect(made.id, effect)
    store.proposals.settle(made.id, "accepted", word="好", **HER)
    store.proposals.keep_overlay(OverlayVersion(0, AT, "li", made.id, "site.yaml", "", "ab", "x"))
