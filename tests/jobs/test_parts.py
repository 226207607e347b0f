"""Recordings of one conversation: each agent is judged for his own part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.jobs.basis import load_basis
from pipeline.jobs.parts import PartLinker, results_as_parts
from pipeline.jobs.rescore import rescore_stored, save_rescored
from pipeline.jobs.save import ResultSaver
from pipeline.report import page_name, write_call_report
from pipeline.settings import ConversationSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, Imported
from tests.builders import a_finding, a_result, an_utterance

AT = "2026-11-02T01:00:00+00:00"


@pytest.fixture(scope="module")
def basis():
    return load_basis(Settings())


def duty(basis, within: str) -> str:
    return next(
        r.id
        for r in basis.lexicon.rules
        if r.duty is not None and r.duty.within == within and r.duty.share is None
    )


def a_part(
    basis,
    call_id: str,
    started: str,
    agent: str | None,
    *,
    said: Sequence[str] = (),
    **changes: str,
) -> CallResult:
    """20.5 s long, without greeting and farewell by its findings. ``said``: 客服：… or 客户：…"""
    lacks = tuple(
        a_finding(rule=duty(basis, within), kind="missing", start_s=0.0, end_s=20.5)
        for within in ("first", "last")
    )
    call = CallMeta(call_id, agent, "13800000000", f"2026-11-02T09:{started}")
    result = a_result(call=replace(call, **changes), findings=lacks)
    digest = (call_id + started).encode().hex().ljust(64, "0")
    lines = tuple(
        an_utterance(line[3:], "agent" if line.startswith("客服") else "customer", at * 4.0)
        for at, line in enumerate(said)
    )
    return replace(
        result,
        utterances=lines or result.utterances,
        recording=replace(result.recording, path=call_id, sha256=digest),
        engine=replace(result.engine, scoring_version=basis.sheets.sheets[0].mark),
    )


def kept(tmp_path: Path, basis, *results: CallResult) -> list[CallResult]:
    """The effective results after these were saved in this order, twice."""
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        for result in results:
            saver.save(result)
        ledger = store.ledger.head()
        for result in results:
            saver.save(result)
        assert store.ledger.head() == ledger
        return [store.results.get(store.effective.of(r.recording.sha256)) for r in results]


def lacking(result: CallResult) -> list[tuple[str, str]]:
    return [(f.rule, f.verdict) for f in result.findings]


@pytest.mark.parametrize("names", [("C100-1", "C100-2"), ("C100_A", "C100_B")])
@pytest.mark.parametrize("later_first", [False, True])
def test_each_part_owes_only_its_own_duties_in_whatever_order_they_come(
    tmp_path: Path, basis, names: tuple[str, str], later_first: bool
):
    calls = [a_part(basis, names[0], "30:00", "8012"), a_part(basis, names[1], "30:25", "8013")]
    order = calls[::-1] if later_first else calls
    found = sorted(kept(tmp_path, basis, *order), key=lambda r: r.call.call_id or "")
    assert [lacking(one) for one in found] == [
        [(duty(basis, "first"), "confirmed")],
        [(duty(basis, "last"), "confirmed")],
    ]
    assert [one.part and one.part.others for one in found] == [(names[1],), (names[0],)]
    assert names[1] in found[0].score.flags[0]


@pytest.mark.parametrize(
    ("started", "agent"), [("30:02", "8013"), ("30:25", None)], ids=["overlap", "unknown agent"]
)
def test_parts_that_cannot_be_told_apart_are_for_review(
    tmp_path: Path, basis, started: str, agent: str | None
):
    first = a_part(basis, "C100-1", "30:00", "8012")
    found = kept(tmp_path, basis, first, a_part(basis, "C100-2", started, agent))
    assert {verdict for one in found for _, verdict in lacking(one)} == {"review"}


@pytest.mark.parametrize(
    ("call_id", "started", "changes"),
    [
        ("C100-2", "50:00", {}),
        ("C101-2", "30:25", {}),
        ("C100-2", "30:25", {"customer_id": "13900000000"}),
        ("C100-2", "30:25", {"started_at": None}),
        ("C100", "30:25", {}),
    ],
)
def test_calls_that_are_not_parts_stay_as_they_were(
    tmp_path: Path, basis, call_id: str, started: str, changes: dict[str, str]
):
    calls = (
        a_part(basis, "C100-1", "30:00", "8012"),
        a_part(basis, call_id, started, "8013", **changes),
    )
    assert kept(tmp_path, basis, *calls) == list(calls)


HANDED_ON = (
    "客服：您好，请讲。",
    "客户：我要退款。",
    "客服：退款由财务负责，我帮您转接财务。",
    "客户：好的。",
)
CLOSED = ("客服：您好，请讲。", "客户：查话费。", "客服：八十六元。", "客服：感谢您的来电，再见。")
ANSWERED = (
    "客服：您好，客服8013为您服务。",
    "客户：我要退款。",
    "客服：已经退了。",
    "客服：再见。",
)
TALK = ("客服：单号报一下。", "客户：一二三。", "客服：查到了。", "客户：行。")


def duties(result: CallResult, basis) -> dict[str, str]:
    """The verdict on the lack of greeting and farewell; without a word where none is missing."""
    names = {duty(basis, "first"): "greeting", duty(basis, "last"): "farewell"}
    return {names[f.rule]: f.verdict for f in result.findings if f.rule in names}


def test_recordings_that_a_table_names_as_one_conversation_are_its_parts_whatever_else(
    tmp_path: Path, basis
):
    calls = (
        a_part(basis, "r3", "59:00", "8012", conversation="K7"),
        a_part(basis, "r1", "30:00", "8012", conversation="K7", customer_id=None),
        a_part(basis, "r2", "31:00", "8013", conversation="K7", said=ANSWERED),
    )
    last, first, middle = kept(tmp_path, basis, *calls)
    assert [
        one.part and (one.part.conversation, one.part.number) for one in (first, middle, last)
    ] == [
        ("K7", 1),
        ("K7", 2),
        ("K7", 3),
    ]
    assert duties(first, basis) == {"greeting": "confirmed"}
    assert duties(middle, basis) == {}
    assert duties(last, basis) == {"farewell": "confirmed"}


def test_a_table_wins_over_the_numbers_of_call_ids(tmp_path: Path, basis):
    calls = (
        a_part(basis, "C100-1", "30:00", "8012", said=HANDED_ON, conversation="K7"),
        a_part(basis, "C100-2", "30:25", "8013", conversation="K8"),
    )
    assert kept(tmp_path, basis, *calls) == list(calls)


def test_parts_of_a_named_conversation_without_times_owe_nothing_that_their_order_decides(
    tmp_path: Path, basis
):
    calls = [
        a_part(basis, name, "30:00", agent, conversation="K7", started_at=None)
        for name, agent in (("r1", "8012"), ("r2", "8013"))
    ]
    for one in kept(tmp_path, basis, *calls):
        assert duties(one, basis) == {"greeting": "review", "farewell": "review"}
        assert "不知道各段的先后" in one.score.flags[0]


def test_one_conversation_of_many_recordings_is_the_id_of_something_else(basis):
    calls = [
        a_part(basis, f"r{at}", f"{at + 10}:00", "8012", conversation="login", said=TALK)
        for at in range(21)
    ]
    assert len(results_as_parts(calls[:20], basis, None)) == 20
    assert results_as_parts(calls, basis, None) == {}


def test_two_calls_with_leave_taken_and_answered_anew_are_no_parts_in_spite_of_their_numbers(
    tmp_path: Path, basis
):
    calls = (
        a_part(basis, "138-1", "30:00", "8012", said=CLOSED),
        a_part(basis, "138-2", "31:00", "8012", said=ANSWERED),
    )
    assert kept(tmp_path, basis, *calls) == list(calls)


@pytest.mark.parametrize(
    ("said", "started", "agent"),
    [
        ((TALK, TALK), "31:00", "8012"),  # a minute without anything
        ((CLOSED, TALK), "30:25", "8012"),  # leave was taken, and nobody answered
        ((TALK, ANSWERED), "30:25", "8012"),  # cut off, or called again
        ((TALK, ANSWERED), "31:00", "8013"),
    ],
)
def test_parts_that_may_be_calls_of_their_own_are_for_review_and_the_rest_stays(
    tmp_path: Path, basis, said, started: str, agent: str
):
    calls = (
        a_part(basis, "C100-1", "30:00", "8012", said=said[0]),
        a_part(basis, "C100-2", started, agent, said=said[1]),
    )
    first, second = kept(tmp_path, basis, *calls)
    assert duties(first, basis) == {"greeting": "confirmed", "farewell": "review"}
    assert duties(second, basis) == {"greeting": "review", "farewell": "confirmed"}
    assert "分不清" in first.score.flags[0]


@pytest.mark.parametrize(
    ("said", "started", "agent"),
    [
        ((HANDED_ON, TALK), "31:30", "8013"),
        ((HANDED_ON, TALK), "31:30", "8012"),
        ((TALK, TALK), "30:30", "8012"),  # a recorder that stops while the call is held
        ((("客服：请您稍等，我查一下。",), TALK), "31:30", "8012"),
        ((TALK, ("客服：让您久等了。", *TALK)), "31:30", "8012"),
    ],
)
def test_numbered_recordings_after_a_transfer_or_a_wait_are_surely_parts(
    tmp_path: Path, basis, said, started: str, agent: str
):
    calls = (
        a_part(basis, "C100-1", "30:00", "8012", said=said[0]),
        a_part(basis, "C100-2", started, agent, said=said[1]),
    )
    first, second = kept(tmp_path, basis, *calls)
    assert duties(first, basis) == {"greeting": "confirmed"}
    assert duties(second, basis) == {"farewell": "confirmed"}


@pytest.mark.parametrize("later_first", [False, True])
@pytest.mark.parametrize("recorded", [False, True])
def test_another_agent_soon_after_a_transfer_has_the_next_part_without_any_number(
    tmp_path: Path, basis, recorded: bool, later_first: bool
):
    how = {"transferred_to": "6001"} if recorded else {"said": HANDED_ON}
    calls = [
        a_part(basis, "rec8812", "30:00", "8012", **how),
        a_part(basis, "rec9001", "30:40", "8013", said=TALK),
    ]
    found = kept(tmp_path, basis, *(calls[::-1] if later_first else calls))
    first, second = sorted(found, key=lambda one: one.call.call_id or "")
    assert duties(first, basis) == {"greeting": "confirmed"}
    assert duties(second, basis) == {"farewell": "confirmed"}


@pytest.mark.parametrize(
    ("said", "started", "agent", "customer"),
    [
        (HANDED_ON, "30:40", "8012", "13800000000"),  # the same agent
        (HANDED_ON, "35:00", "8013", "13800000000"),  # minutes later
        (HANDED_ON, "30:05", "8013", "13800000000"),  # at the same time
        (TALK, "30:40", "8013", "13800000000"),  # no transfer
        (CLOSED, "30:40", "8013", "13800000000"),
        (HANDED_ON, "30:40", "8013", "13900000000"),
        (HANDED_ON, "30:40", "8013", "anonymous"),
    ],
)
def test_without_numbers_nothing_else_makes_calls_parts(
    tmp_path: Path, basis, said, started: str, agent: str, customer: str
):
    first = {"customer_id": customer} if customer == "anonymous" else {}
    calls = (
        a_part(basis, "rec8812", "30:00", "8012", said=said, **first),
        a_part(basis, "rec9001", started, agent, said=TALK, customer_id=customer),
    )
    assert kept(tmp_path, basis, *calls) == list(calls)


def test_recordings_with_one_call_number_are_parts_by_the_names_of_their_files(
    tmp_path: Path, basis
):
    calls = [
        replace(one, recording=replace(one.recording, path=f"{at}.wav"))
        for at, one in enumerate(
            (
                a_part(basis, "T5", "30:00", "8012", customer_id=None),
                a_part(basis, "T5", "30:30", "8013", customer_id=None),
            )
        )
    ]
    first, second = kept(tmp_path, basis, *calls)
    assert first.part is not None
    assert (first.part.conversation, first.part.parts) == ("T5", ("0", "1"))
    assert duties(second, basis) == {"farewell": "confirmed"}


def test_a_hand_over_on_record_that_nobody_announced_is_for_review(tmp_path: Path, basis):
    calls = (
        a_part(basis, "r1", "30:00", "8012", said=TALK, conversation="K7"),
        a_part(basis, "r2", "31:00", "8013", said=HANDED_ON, conversation="K7"),
        a_part(basis, "r3", "32:00", "8014", said=TALK, conversation="K7"),
    )
    noted = [
        [(f.rule, f.verdict) for f in one.findings if f.kind == "process"]
        for one in kept(tmp_path, basis, *calls)
    ]
    assert noted == [[("process.transfer_unannounced", "review")], [], []]


def test_metadata_that_come_later_link_and_separate_again(tmp_path: Path, basis):
    calls = (
        a_part(basis, "r1", "30:00", "8012", said=TALK),
        a_part(basis, "r2", "31:00", "8013", said=TALK),
    )
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        for one in calls:
            saver.save(one)

        def imported(**values: str) -> list[CallResult]:
            lines = [Imported(name, values, "a.csv, line 2") for name in ("r1", "r2")]
            report = store.calls.import_calls(
                lines[: 2 if len(values) < 2 else 1], actor="t", at=AT
            )
            PartLinker(store, basis, "t", AT).link(report.moved)
            return [store.results.get(store.effective.of(c.recording.sha256)) for c in calls]

        first, second = imported(conversation="K7")
        assert duties(first, basis) == {"greeting": "confirmed"}
        assert duties(second, basis) == {"farewell": "confirmed"}
        assert [one.call.call_id for one in store.results.find("K7")] == ["r2", "r1"]
        assert imported(conversation="K9", queue="x") == list(calls)


def test_rescoring_keeps_the_parts_and_changes_nothing_twice(tmp_path: Path, basis):
    calls = [
        replace(one, engine=replace(one.engine, lexicon_version=basis.lexicon.version))
        for one in (
            a_part(basis, "C100-1", "30:00", "8012", said=HANDED_ON),
            a_part(basis, "C100-2", "30:30", "8013", said=TALK),
        )
    ]
    db = tmp_path / "c.db"
    with Store.open(db) as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        for one in calls:
            saver.save(one)
        heads, found = [], []
        for _ in range(2):
            ids = store.results.effective_ids()
            for chunk in rescore_stored(db, ids, basis, scored_at=AT, workers=1):
                save_rescored(
                    store,
                    chunk,
                    run_id=saver.run_id,
                    actor="t",
                    recount=lambda _: None,
                    link=lambda shas: PartLinker(store, basis, "t", AT, saver.run_id).link(shas),
                )
            heads.append(store.ledger.head())
            found.append([store.results.get(store.effective.of(c.recording.sha256)) for c in calls])
        assert store.ledger.verify().faults == ()
    assert heads[0] == heads[1]
    assert found[0] == found[1]
    assert [one.part and one.part.others for one in found[0]] == [("C100-2",), ("C100-1",)]
    assert [duties(one, basis) for one in found[0]] == [
        {"greeting": "confirmed"},
        {"farewell": "confirmed"},
    ]


def test_show_shows_all_parts_of_a_conversation_and_leads_from_one_to_the_other(
    tmp_path: Path, basis
):
    kept(
        tmp_path,
        basis,
        a_part(basis, "C100-1", "30:00", "8012", said=HANDED_ON),
        a_part(basis, "C100-2", "30:30", "8013", said=TALK),
    )
    done = CliRunner().invoke(main, ["show", "C100", "--db", str(tmp_path / "c.db")])
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert [line.split()[0] for line in lines if "agent number" in line] == ["C100-1", "C100-2"]
    assert "conversation C100, part 1 of 2; other parts: callqa show C100-2" in lines
    assert "conversation C100, part 2 of 2; other parts: callqa show C100-1" in lines


def test_an_import_of_conversations_links_recordings_that_are_in_the_database(
    tmp_path: Path, basis
):
    for name, started, agent in (("r1", "30:00", "8012"), ("r2", "50:00", "8013")):
        kept(tmp_path, basis, a_part(basis, name, started, agent, said=TALK))
    table = tmp_path / "meta.csv"
    table.write_text("通话编号,uniqueid,LinkedID\nr1,7.1,7.0\nr2,7.2,7.0\n", encoding="utf-8")
    asked = ["import", "calls", str(table), "--db", str(tmp_path / "c.db")]
    done = CliRunner().invoke(main, asked)
    assert (done.exit_code, "2 parts were linked to conversations again" in done.output) == (
        0,
        True,
    )
    with Store.open(tmp_path / "c.db") as store:
        assert [one.part and one.part.number for one in store.results.find("7.0")] == [2, 1]
    assert "linked to conversations" not in CliRunner().invoke(main, asked).output


def test_recordings_of_one_run_are_linked_without_a_database(basis):
    first, second = (
        a_part(basis, "C100-1", "30:00", "8012", said=HANDED_ON),
        a_part(basis, "C100-2", "30:30", "8013", said=TALK),
    )
    found = results_as_parts([first, second, a_part(basis, "D1", "40:00", "8012")], basis, None)
    assert list(found) == [first.recording.sha256, second.recording.sha256]
    assert duties(found[second.recording.sha256], basis) == {"farewell": "confirmed"}


def test_the_page_of_a_part_leads_to_the_pages_of_the_others(tmp_path: Path, basis):
    first, second = (
        a_part(basis, "C100-1", "30:00", "8012", said=HANDED_ON),
        a_part(basis, "C100-2", "30:30", "8013", said=TALK),
    )
    found = results_as_parts([first, second], basis, None)[first.recording.sha256]
    page = write_call_report(found, None, tmp_path, others=[("C100-2", page_name(second))])
    text = page.read_text(encoding="utf-8")
    assert "会话 C100：第 1 段，共 2 段" in text
    assert f'<a href="{page_name(second)}">看另一段 C100-2</a>' in text


@pytest.mark.parametrize(
    ("asked", "names", "linked"),
    [
        (ConversationSettings(part_suffix=""), ("C100-1", "C100-2"), False),
        (ConversationSettings(part_suffix="#[0-9]+"), ("C100#1", "C100#2"), True),
        (ConversationSettings(gap_s=5.0), ("C100-1", "C100-2"), False),
    ],
)
def test_the_site_says_how_parts_are_numbered_and_how_soon_they_follow(
    basis, asked: ConversationSettings, names: tuple[str, str], linked: bool
):
    site = replace(basis, site_settings=replace(basis.site_settings, conversation=asked))
    calls = [
        a_part(basis, names[0], "30:00", "8012", said=TALK),
        a_part(basis, names[1], "30:35", "8013", said=TALK),
    ]
    assert (len(results_as_parts(calls, site, None)) == 2) == linked
