"""A head is trained from lists of speech, and ``pipeline.ear`` reads what it learnt."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.ear import load_head
from pipeline.eartrain import Plan, Shape, Training, WhisperModel, render_card, train_head
from pipeline.eartrain.network import Network
from pipeline.eartrain.spelling import make_units
from pipeline.errors import ExtraError, SettingsError
from tests.eartrain.spoken import BANDS, hear

WHISTLES = WhisperModel("whistles", "ab" * 32, hear)
UNITS = make_units()


@pytest.fixture
def jax_is_there() -> None:
    pytest.importorskip("jax", reason="the extra ear is not installed")


@pytest.mark.long
def test_the_exported_head_reads_what_the_network_reads(jax_is_there: None, tmp_path: Path):
    rng = np.random.default_rng(0)
    network = Network(Shape(16, (1, 2), 5), UNITS, rng.standard_normal(BANDS), np.full(BANDS, 0.5))
    weights = network.make_weights(rng)
    weights["own_w"] = rng.standard_normal(weights["own_w"].shape).astype(np.float32)
    states = rng.standard_normal((40, BANDS)).astype(np.float32)

    meta: dict[str, object] = {
        "kind": "syllables-ctc-1",
        "whisper_sha256": "0",
        "units": UNITS.syllables,
    }
    meta |= {"blocks": 2, "dilations": [1, 2]}
    np.savez(tmp_path / "h.npz", meta=np.array(json.dumps(meta)), **network.export(weights))
    logs = load_head(tmp_path / "h.npz").read(states)

    others = [n for n, unit in enumerate(UNITS.syllables) if unit not in ("nin", "ni")]
    own = np.asarray(network.read(weights, states))
    assert np.abs(own - logs)[:, others].max() < 0.1  # float16 against float32


def training(speech: Path, at: Path, plan: Plan) -> Training:
    return Training(
        (speech,), at / "out", aside=("s2",), variants=1, shape=Shape(48, (1, 2), 5), plan=plan,
        states=at / "states",
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_head_learns_to_read_whistles_and_tells_its_figures(
    jax_is_there: None, speech: Path, tmp_path: Path
):
    plan = Plan(frame_steps=60, ctc_steps=60, rate=1e-2)

    path = train_head(training(speech, tmp_path, plan), WHISTLES, ["不知道", "爱买不买"])

    figures = json.loads((path.parent / "figures.json").read_text(encoding="utf-8"))
    clean = figures["measured"]["clean"]
    assert figures["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert figures["data"][0]["utterances"] == 16  # without the speaker left aside
    substituted, left_out, inserted = clean["errors"]  # without training nothing is read at all
    assert (substituted + inserted) / clean["syllables"] < 0.1
    assert left_out / clean["syllables"] < 0.5
    assert load_head(path).whisper_sha256 == "ab" * 32
    assert (path.parent / "README.md").read_text(encoding="utf-8") == render_card(figures, None)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_same_seed_gives_the_same_bytes_and_encodes_once(
    jax_is_there: None, speech: Path, tmp_path: Path
):
    reported: list[str] = []
    first, again, other = (
        train_head(
            training(speech, tmp_path, Plan(2, 2, seed=seed)), WHISTLES, [], reported.append
        ).read_bytes()
        for seed in (0, 0, 1)
    )

    assert first == again != other
    assert sum(line.startswith("encode 24 utterances") for line in reported) == 2


@pytest.mark.parametrize(
    ("aside", "message"),
    [
        (("s7",), "has no speaker s7 to leave aside"),
        (("s0", "s1", "s2"), "all speakers are left aside"),
    ],
)
def test_speakers_left_aside_must_be_there_and_not_all(
    speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aside: tuple, message: str
):
    from pipeline.types import extras  # noqa: PLC0415 - whether the extra is there is no matter

    monkeypatch.setitem(extras.MODULES, "ear", ())

    with pytest.raises(SettingsError, match=message):
        train_head(Training((speech,), tmp_path, aside=aside), WHISTLES, [])


def test_without_the_extra_the_message_says_what_to_install(
    speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from pipeline.types import extras  # noqa: PLC0415 - the list of packages is changed

    monkeypatch.setitem(extras.MODULES, "ear", ("no_such_jax",))
    monkeypatch.setitem(sys.modules, "jax", None)

    with pytest.raises(ExtraError, match=r"callqa ear train needs no_such_jax; pip install"):
        train_head(Training((speech,), tmp_path), WHISTLES, [])
