"""Who would say a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.quality.meaning.data import DATA, sha256
from pipeline.errors import ModelError
from pipeline.phrases.sayers import MODEL, load_sayers

SAYERS = load_sayers()


def test_agents_whether_polite_or_rude_and_customers_speak_differently():
    agents = ["请您提供一下订单号", "给您安排师傅上门", "你自己看说明书去", "我们这里只管登记"]
    customers = ["我的快递怎么还没到", "你们什么时候能修好啊", "我要投诉你", "那我要等多久"]

    assert min(SAYERS.scores(agents)) > max(SAYERS.scores(customers))


def test_a_greeting_that_was_written_with_ni_is_still_an_agents():
    assert min(SAYERS.scores(["请问你需要办理什么业务", "请问您需要办理什么业务"])) > 0


def test_nothing_and_a_single_character_tell_nothing():
    assert SAYERS.scores(["", "嗯", "。"]).tolist() == [0.0, 0.0, 0.0]
    assert SAYERS.scores([]).shape == (0,)


def test_the_model_learnt_from_the_sentences_of_its_card():
    card = MODEL.with_name("README.md").read_text(encoding="utf-8")
    assert sha256(DATA) in card, "python -m bench.quality.train_roles"


@pytest.mark.parametrize("content", [b"", b"not a model", MODEL.read_bytes()[:5000]])
def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path, content: bytes):
    broken = tmp_path / "model.npz"
    broken.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.npz: not a readable model of .*train_roles"):
        load_sayers(broken)


def test_a_model_of_several_labels_is_refused(tmp_path: Path):
    with np.load(MODEL) as entries:
        arrays = dict(entries)
    arrays["who.bias"] = np.zeros(2, np.float32)
    arrays["who.rows"] = np.repeat(arrays["who.rows"], 2, axis=1)
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(ModelError, match="2 labels, not 1"):
        load_sayers(tmp_path / "model.npz")
