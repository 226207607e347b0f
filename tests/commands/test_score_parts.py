"""A run of `callqa score` tells parts of conversations in its lines and pages as they count."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.call import CheckedCall
from pipeline.commands.score_outputs import Outputs
from pipeline.jobs import HeardCall
from pipeline.jobs.basis import load_basis
from pipeline.settings import IngestSettings, Settings
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult
from tests.builders import a_finding, a_result, an_utterance
from tests.sounds import silence, speech, write_wav

TALK = ("单号报一下。", "查到了。")


@pytest.fixture(scope="module")
def basis():
    return load_basis(Settings(ingest=IngestSettings(settle_s=0.0)))


def two_parts(folder: Path, basis) -> list[CallResult]:
    """Two recordings of conversation K7 without greeting and farewell."""
    lacks = tuple(
        a_finding(rule=rule, kind="missing", start_s=0.0, end_s=20.5)
        for rule in ("missing.greeting", "missing.closing")
    )
    made = []
    for number, agent in ((1, "8012"), (2, "8013")):
        path = write_wav(folder / f"r{number}.wav", speech(0)[:16000], rate=8000)
        meta = CallMeta(f"r{number}", agent, "C1", f"2026-11-02T09:3{number}:00", conversation="K7")
        said = tuple(an_utterance(text, start_s=5.0 * at) for at, text in enumerate(TALK))
        result = a_result(call=meta, findings=lacks, utterances=said)
        made.append(
            replace(
                result,
                recording=replace(result.recording, path=str(path), sha256=f"{number}" * 64),
                engine=replace(result.engine, scoring_version=basis.sheets.sheets[0].mark),
            )
        )
    return made


def run(folder: Path, basis, jsonl: io.StringIO, store: Store | None) -> list[CallResult]:
    """The results that a run of two parts tells."""
    outputs = Outputs(jsonl, store, folder / "pages")
    outputs.begin(basis)
    (folder / "pages").mkdir()
    for one in two_parts(folder, basis):
        outputs.take(
            Path(one.recording.path),
            HeardCall.of(CheckedCall(one, (silence(1),)), "beeped"),
            is_new=True,
        )
    outputs.finish()
    assert outputs.failures == []
    return outputs.results


@pytest.mark.parametrize("with_store", [False, True])
def test_lines_and_pages_of_a_run_have_the_parts_as_they_count(
    tmp_path: Path, basis, with_store: bool
):
    jsonl = io.StringIO()
    store = Store.open(tmp_path / "c.db") if with_store else None
    results = run(tmp_path, basis, jsonl, store)
    if store:
        store.close()
    assert [[f.rule for f in one.findings if f.kind == "missing"] for one in results] == [
        ["missing.greeting"],
        ["missing.closing"],
    ]
    lines = [json.loads(line) for line in jsonl.getvalue().splitlines()]
    assert [line["part"]["number"] for line in lines] == [1, 2]
    pages = [page.read_text("utf-8") for page in sorted((tmp_path / "pages").glob("r*.html"))]
    assert ["看另一段 r2" in pages[0], "看另一段 r1" in pages[1]] == [True, True]


def test_lines_of_a_pipe_are_written_again_below_the_others(tmp_path: Path, basis):
    class Pipe(io.StringIO):
        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation("seek")

    jsonl = Pipe()
    run(tmp_path, basis, jsonl, None)
    parts = [json.loads(line)["part"] for line in jsonl.getvalue().splitlines()]
    assert [part and part["number"] for part in parts] == [None, None, 1, 2]
