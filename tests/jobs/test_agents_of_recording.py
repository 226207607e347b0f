"""Two agents in one recording are two results everywhere, and one file."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from pipeline.call import CheckedCall
from pipeline.commands.main import main
from pipeline.commands.score_outputs import Outputs
from pipeline.jobs import HeardCall, KnownCalls
from pipeline.jobs.basis import load_basis
from pipeline.jobs.erasure import erase_person
from pipeline.jobs.parts import PartLinker
from pipeline.jobs.rescore import rescore_stored, save_rescored
from pipeline.jobs.save import ResultSaver
from pipeline.nightly.worker import scorer_of
from pipeline.people import User
from pipeline.privacy import find_personal_sound
from pipeline.review.audio import Sounds
from pipeline.review.context import ReviewContext
from pipeline.review.pages.audio import find_covered
from pipeline.settings import IngestSettings, Settings, SiteSettings
from pipeline.store import Store
from pipeline.types import CUSTOMERS, CallResult, Imported
from tests.call.test_hand_over import CALL, FIRST, SECOND, checker_of, forbidden, heard
from tests.sounds import TWO_SIDES

AT = "2026-11-20T09:00:00+00:00"
SETTINGS = Settings(ingest=IngestSettings(settle_s=0.0))
NUMBER = "您好，工号八零一三，您的号码是13812345678，请问有什么可以帮您？"


@pytest.fixture(scope="module")
def basis():
    return load_basis(SETTINGS)


@pytest.fixture(scope="module")
def known_call(tmp_path_factory: pytest.TempPathFactory) -> CheckedCall:
    path = tmp_path_factory.mktemp("k") / "k.wav"
    shutil.copyfile(TWO_SIDES, path)
    return heard(*FIRST, NUMBER, SECOND[1], path=path)


@pytest.fixture
def checked(known_call: CheckedCall, tmp_path: Path) -> CheckedCall:
    """Both results, of a file that a test may delete."""
    path = shutil.copyfile(known_call.result.recording.path, tmp_path / "k.wav")
    first, *others = (
        replace(one, recording=replace(one.recording, path=str(path))) for one in known_call.results
    )
    return replace(known_call, result=first, others=tuple(others))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "c.db") as opened:
        yield opened
        assert opened.ledger.verify().faults == ()


def saver(store: Store, basis) -> ResultSaver:
    return ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)


def counting(store: Store, checked: CheckedCall) -> list[CallResult]:
    return [store.results.get(store.effective.of(r.recording.sha256)) for r in checked.results]


def test_both_results_are_kept_known_and_counted_once_each(
    store: Store, basis, checked: CheckedCall
):
    save = saver(store, basis)
    assert save.save_once(checked) is None
    head = store.ledger.head()
    assert save.save_once(checked) is None
    assert store.ledger.head() == head
    assert counting(store, checked) == list(checked.results)
    engine = checked.result.engine
    model = SimpleNamespace(name=engine.model, sha256=engine.model_sha256, encoder_sha256="")
    known = KnownCalls(save, model, basis, with_sound=False)  # type: ignore[arg-type]
    assert save.find_scored(known.digest(Path(checked.result.recording.path)), engine) == (
        checked.results
    )
    records = store.calls.records()
    assert [(r.call_id, r.agent_id, r.ringing_s) for r in records] == [
        ("k#1", "8012", 5.0),
        ("k#2", "8013", None),
    ]
    whole_s = checked.result.recording.duration_s
    assert sum(r.duration_s for r in records) == pytest.approx(whole_s)
    assert [r.call.call_id for r in store.results.find("k")] == ["k#1", "k#2"]
    (second,) = store.results.find("k#2")
    assert second.recording.stretch is not None


def test_a_copy_of_the_sound_is_the_same_call(store: Store, basis, checked: CheckedCall):
    save = saver(store, basis)
    save.save_once(checked)
    whole = replace(
        checked.result,
        recording=replace(checked.result.recording, sha256="e" * 64, stretch=None),
        call=replace(CALL, started_at=None),
        part=None,
    )
    copy = CheckedCall(whole, (), checked.sound_print)
    assert save.save_once(copy) == checked.result.recording.path


def test_parts_that_a_later_hearing_does_not_find_charge_nobody(
    store: Store, basis, checked: CheckedCall
):
    save = saver(store, basis)
    save.save_once(checked)
    engine = replace(checked.result.engine, model_sha256="e" * 64)
    recording = replace(checked.result.recording, stretch=None)
    whole = replace(checked.result, part=None, engine=engine, call=CALL, recording=recording)
    save.save_once(CheckedCall(whole, ()))
    first, second = counting(store, checked)
    assert first.part is None
    assert (second.no_talk, second.score.total, second.findings) == ("empty", None, ())
    assert save.find_scored(recording.sha256, engine) == (first,)
    save.save_once(checked)
    assert counting(store, checked) == list(checked.results)


def test_rescoring_leaves_the_parts_as_they_are(
    tmp_path: Path, store: Store, basis, checked: CheckedCall
):
    save = saver(store, basis)
    save.save_once(checked)
    ids = store.results.effective_ids()
    (chunk,) = rescore_stored(tmp_path / "c.db", ids, basis, scored_at=AT, workers=1)
    assert [one.change for one in chunk] == [None, None]
    save_rescored(store, chunk, run_id=save.run_id, actor="t", recount=print)
    assert counting(store, checked) == list(checked.results)


def test_another_recording_of_the_conversation_is_a_further_part(
    store: Store, basis, checked: CheckedCall
):
    def of_conversation(one: CallResult, **recording: object) -> CallResult:
        call = replace(one.call, conversation="K7")
        return replace(one, call=call, recording=replace(one.recording, **recording))

    first, second = (of_conversation(one) for one in checked.results)
    later = of_conversation(
        replace(first, call=replace(CALL, call_id="l", started_at="2026-11-02T09:31:00")),
        sha256="e" * 64,
        path="l.wav",
        stretch=None,
    )
    save = saver(store, basis)
    save.save_once(replace(checked, result=first, others=(second,)))
    save.save(replace(later, part=None))
    parts = [*counting(store, checked), store.results.get(store.effective.of("e" * 64))]
    names = ("k#1", "k#2", "l")
    told = [one.part and (one.part.number, one.part.parts, one.part.is_last) for one in parts]
    assert told == [(1, names, False), (2, names, False), (3, names, True)]
    assert "missing.closing" in parts[1].not_due
    store.calls.import_calls([Imported("l", {"conversation": None}, "l:1")], actor="t", at=AT)
    PartLinker(store, basis, "t", AT).link(["e" * 64])
    assert [one.part for one in counting(store, checked)] == [first.part, second.part]


def test_a_table_about_the_call_is_shared_among_its_parts(
    store: Store, basis, checked: CheckedCall
):
    saver(store, basis).save_once(checked)
    values = {"agent_id": "8050", "ringing_s": 7.0, "hung_up_by": "customer", "rating": 2.0,
              "queue": "退款", "started_at": "2026-11-02T10:00:00"}  # fmt: skip
    report = store.calls.import_calls([Imported("k", values, "t.csv:2")], actor="t", at=AT)
    assert (report.changed, report.unknown, report.ambiguous) == (1, (), ())
    first, second = store.calls.records()
    assert (first.agent_id, second.agent_id) == ("8050", "8013")
    assert (first.ringing_s, second.ringing_s) == (7.0, None)
    assert (first.hung_up_by, second.hung_up_by) == (None, "customer")
    assert (first.rating, second.rating) == (None, 2.0)
    assert (first.queue, second.queue) == ("退款", "退款")
    assert first.started_at == "2026-11-02T10:00:00"
    assert "2026-11-02T10:00:00" < (second.started_at or "") < "2026-11-02T10:01:00"
    own = Imported("k.wav", {"agent_id": "8013"}, "t.csv:3")
    store.calls.import_calls([own], actor="t", at=AT)
    assert [one.agent_id for one in store.calls.records()] == ["8050", "8013"]


def test_a_run_and_a_night_give_both(tmp_path: Path, basis, checked: CheckedCall):
    jsonl, pages = io.StringIO(), tmp_path / "pages"
    pages.mkdir()
    outputs = Outputs(jsonl, None, pages)
    outputs.begin(basis)
    path = Path(checked.result.recording.path)
    outputs.take(path, HeardCall.of(checked, "beeped"), is_new=True)
    outputs.finish()
    assert outputs.failures == []
    lines = [json.loads(line) for line in jsonl.getvalue().splitlines()]
    assert [line["call"]["call_id"] for line in lines] == ["k#1", "k#2"]
    written = "".join(page.read_text("utf-8") for page in sorted(pages.glob("*.html")))
    assert "看另一段 k#1" in written
    assert "看另一段 k#2" in written
    scored = scorer_of(checker_of(*FIRST, *SECOND))(path)
    assert len(scored.others) == 1
    assert scored.audio_s == checked.result.recording.duration_s
    assert scored.others[0].made.sound_print == b""


def test_the_pages_play_the_file_and_cover_what_all_parts_say(
    tmp_path: Path, store: Store, basis, checked: CheckedCall
):
    first, second = checked.results
    assert not find_personal_sound(first)
    (said,) = find_personal_sound(second)
    assert said.start_s >= second.recording.judged.start_s
    saver(store, basis).save_once(checked)
    sounds = Sounds(tmp_path / "sounds", clock=lambda: 0.0)
    assert [sounds.silent(one.recording) for one in checked.results] == [None, None]
    assert sounds.copy_of(second.recording, [said]).sound.exists()
    with Path(second.recording.path).open("ab") as file:
        file.write(b"x")
    assert sounds.silent(second.recording) == "changed"
    with closing(ReviewContext(tmp_path / "c.db", SETTINGS)) as site:
        record = site.store.calls.record_of(store.effective.of(first.recording.sha256))
        assert record is not None
        lead = User("lead", "supervisor", None, True, AT)
        own = User("zhang", "agent", first.call.agent_id, True, AT)
        assert find_covered(site, record, lead, lambda _: CUSTOMERS) == (said,)
        reason = {first.recording.sha256: None, second.recording.sha256: CUSTOMERS}
        assert find_covered(site, record, lead, reason.get) == (said,)
        assert find_covered(site, record, lead, lambda _: None) == ()
        judged = second.recording.judged
        assert find_covered(site, record, own, lambda _: CUSTOMERS) == (judged,)


def test_erasing_a_customer_erases_all_parts_and_the_file(
    tmp_path: Path, store: Store, basis, checked: CheckedCall
):
    saver(store, basis).save_once(checked)
    settings = replace(SETTINGS, site=SiteSettings(db=str(tmp_path / "c.db")))
    done, _ = erase_person(
        store, settings, str(CALL.customer_id), reason="本人要求", actor="t", at=AT
    )
    assert done.calls == 2
    assert not Path(checked.result.recording.path).exists()
    said = {u.text for one in counting(store, checked) for u in one.utterances}
    assert said == {"（已删除）"}


def test_show_prints_all_parts_of_a_recording(
    tmp_path: Path, store: Store, basis, checked: CheckedCall
):
    saver(store, basis).save_once(checked)
    for name, shown in (("k", 2), ("k.wav", 2), ("k#2", 1)):
        out = (
            CliRunner()
            .invoke(main, ["--lang", "zh", "show", name, "--db", str(tmp_path / "c.db")])
            .stdout
        )
        assert out.count("共 2 段  其他各段") == shown
    assert "工号 8013" in out
    assert forbidden(checked.others[0]) >= {("你找领导去", "confirmed")}
