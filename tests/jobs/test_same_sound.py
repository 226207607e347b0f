"""Which calls may be one: the same number, or times that are near."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.call import CheckedCall
from pipeline.jobs.basis import load_basis
from pipeline.jobs.same_sound import SoundsOfRun
from pipeline.jobs.save import ResultSaver
from pipeline.settings import Settings
from pipeline.sound import make_print
from pipeline.store import Store
from pipeline.types import CallMeta
from tests.builders import a_result
from tests.sounds import speech

AT = "2026-11-02T01:00:00+00:00"
SOUND = make_print([np.repeat(speech(channel), 2) for channel in (0, 1)])
OTHER = make_print([np.repeat(speech(0)[::-1], 2).astype(np.float32)])


def a_call(name: str, call: CallMeta, sound_print: bytes = SOUND) -> CheckedCall:
    result = a_result(call=call)
    digest = name.encode().hex().ljust(64, "0")
    recording = replace(result.recording, path=f"{name}.wav", sha256=digest)
    return CheckedCall(replace(result, recording=recording), (), sound_print)


FIRST = a_call("first", CallMeta("1", "8012", started_at="2026-11-02T09:30:00"))


@pytest.fixture(scope="module")
def basis():
    return load_basis(Settings())


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        (CallMeta("1"), "first.wav"),
        (CallMeta("again", started_at="2026-11-02T09:31:30"), "first.wav"),
        (CallMeta(started_at="2026-11-02T09:29:00"), "first.wav"),
        (CallMeta("2", "8012", started_at="2026-11-02T09:30:00"), None),  # by their tables two
        (CallMeta("2", started_at="2026-11-02T09:35:00"), None),
        (CallMeta("2", "8012"), None),
        (CallMeta(), None),
    ],
)
def test_the_same_sound_is_the_same_call_by_its_number_or_time(
    tmp_path: Path, basis, second: CallMeta, kept: str | None
):
    again = a_call("again", second)
    run = SoundsOfRun()
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        first = saver.save_once(FIRST), run.find_same(FIRST)

        assert first == (None, None)
        assert (saver.save_once(again), run.find_same(again)) == (kept, kept)
        assert len(store.calls.records()) == 1 + (kept is None)


def test_other_sound_under_the_same_number_is_another_call(tmp_path: Path, basis):
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        saver.save_once(FIRST)

        assert saver.save_once(a_call("other", FIRST.result.call, OTHER)) is None
        assert saver.save_once(a_call("mute", FIRST.result.call, b"")) is None


def test_a_call_heard_again_by_another_engine_is_itself(tmp_path: Path, basis):
    with Store.open(tmp_path / "c.db") as store:
        saver = ResultSaver.begin(store, basis, "score", actor="t", now=lambda: AT)
        saver.save_once(FIRST)
        engine = replace(FIRST.result.engine, lexicon_version="later")

        assert saver.save_once(replace(FIRST, result=replace(FIRST.result, engine=engine))) is None
