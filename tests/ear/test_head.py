from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline.ear import find_head, load_head
from pipeline.errors import ModelError
from pipeline.weights import load_manifest

SHA = "ab" * 32
BASE = next(file.sha256 for file in load_manifest()[0].files if file.name == "model.bin")


def weights(states: int = 6, width: int = 4, units=("", "ni", "nin", "hao"), blocks: int = 1):
    draw = np.random.default_rng(0)

    def some(*shape: int):
        return draw.normal(size=shape).astype(np.float16)

    made = {
        "mean": some(states), "scale": some(states), "in_w": some(states, width), "in_b": some(width),
        "out_w": some(width, len(units)), "out_b": some(len(units)),
    }  # fmt: skip
    for block in range(blocks):
        made |= {f"{name}{block}": some(width) for name in "ghq"}
        made |= {f"d{block}": some(3, width), f"p{block}": some(width, width)}
    return made


def write(path, arrays, **changes):
    meta = {
        "kind": "syllables-ctc-1", "whisper_sha256": SHA, "units": ["", "ni", "nin", "hao"],
        "blocks": 1, "dilations": [1],
    } | changes  # fmt: skip
    np.savez(path, **arrays, meta=np.array(json.dumps(meta)))
    return path


def test_a_head_of_any_size_reads_states_as_log_probabilities(tmp_path):
    head = load_head(write(tmp_path / "a.npz", weights(8, 5, blocks=2), blocks=2, dilations=[1, 3]))

    logs = head.read(np.ones((7, 8), np.float32))

    assert logs.shape == (7, 4)
    assert logs.dtype == np.float32
    apart = np.exp(logs[:, [0, 1, 3]]).sum(axis=1)  # the third unit, 您, is counted with 你
    assert apart == pytest.approx(np.ones(7), abs=1e-5)


def test_nin_and_ni_are_one_syllable(tmp_path):
    head = load_head(write(tmp_path / "a.npz", weights()))

    logs = head.read(np.ones((3, 6), np.float32))

    assert (logs[:, 1] == logs[:, 2]).all()


def test_no_frames_are_read_as_none(tmp_path):
    head = load_head(write(tmp_path / "a.npz", weights()))

    assert head.read(np.zeros((0, 6), np.float32)).shape == (0, 4)


def test_the_head_of_a_model_is_found_by_its_hash_and_another_model_has_none(tmp_path):
    write(tmp_path / "a.npz", weights())

    assert find_head(SHA, [tmp_path]) is not None
    assert find_head("cd" * 32, [tmp_path]) is None
    assert find_head(SHA, [tmp_path / "nowhere"]) is None


def test_the_model_that_comes_with_callqa_has_one():
    head = find_head(BASE)

    assert head is not None
    assert head.units[0] == "<blank>"
    assert {"ni", "nin", "lv", "zhuang"} <= set(head.units)


@pytest.mark.parametrize(
    ("arrays", "meta"),
    [
        (weights(), {"kind": "words"}),
        (weights(), {"dilations": [1, 2]}),
        (weights(), {"units": ["", "ni"]}),
        (weights(), {"blocks": 2, "dilations": [1, 2]}),
        (weights() | {"out_b": np.array([np.nan] * 4)}, {}),
        (weights() | {"mean": np.ones(5)}, {}),
        (weights() | {"d0": np.ones((2, 4))}, {}),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_name(tmp_path, arrays, meta):
    file = write(tmp_path / "a.npz", arrays, **meta)

    with pytest.raises(ModelError, match=r"a\.npz"):
        load_head(file)


def test_a_damaged_file_is_refused_with_its_name(tmp_path):
    file = write(tmp_path / "a.npz", weights())
    file.write_bytes(file.read_bytes()[:300])

    with pytest.raises(ModelError, match=r"a\.npz"):
        find_head(SHA, [tmp_path])
