"""The meaning layer: paraphrases are hinted at, politeness is spared, a broken model is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.quality.train_meaning import DATA, read_sentences, save, train
from pipeline.errors import ModelError
from pipeline.phrases.meaning import MODEL, NONE, Meaning, load_meaning, plain_text

CLASSIFIER = load_meaning()
HARMLESS = Path(__file__).parents[1] / "data" / "harmless.txt"


def labels_of(*sentences: str) -> list[str | None]:
    return [meaning.label for meaning in CLASSIFIER.classify(sentences)]


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("shirk", "维修是维修站的活，跟我们店有什么相干，你去那边说。"),
        ("shirk", "那个承诺是业务员自己许的，公司不认账。"),
        ("blame", "你自己密码设得那么简单，被人盗了怨不得我们。"),
        ("blame", "你要是早点打电话来也不会弄成这个样子。"),
        ("impatient", "你这个问题我讲了不下十次了，还要讲啊。"),
        ("impatient", "别扯那些没用的，直接讲你要干嘛。"),
        ("brush_off", "你觉得不行就换别人家，我们也不缺你。"),
    ],
)
def test_an_attitude_is_found_in_words_that_no_list_holds(label: str, sentence: str):
    assert sentence not in DATA.read_text(encoding="utf-8")
    assert labels_of(sentence) == [label]


@pytest.mark.parametrize(
    "sentence",
    [
        "这个需要营业厅办理，我帮您预约。",
        "您别着急，慢慢说。",
        "我先跟您解释一下。",
        "这是快递公司的单子，您可以直接在他们小程序上查，我也可以帮您查。",
        "是我们的仓库发错了，和您没关系。",
        "您怎么又来了呀，是不是上次的药吃完了？",
        "退不退都可以，您再想想。",
    ],
)
def test_polite_words_that_look_alike_get_no_label(sentence: str):
    assert labels_of(sentence) == [None]


def test_the_harmless_sentences_get_no_label():
    sentences = [line for line in HARMLESS.read_text(encoding="utf-8").splitlines() if line]
    hit = [s for s, label in zip(sentences, labels_of(*sentences), strict=True) if label]
    assert len(hit) <= len(sentences) // 100, hit


def test_empty_text_and_a_lone_word_mean_nothing():
    assert CLASSIFIER.classify([]) == ()
    assert CLASSIFIER.classify(["", "……", "嗯。"]) == (Meaning(None, 0.0),) * 3


def test_width_case_punctuation_and_the_polite_you_make_no_difference():
    assert CLASSIFIER.classify(["你的ＡＰＰ，自己 弄坏的！"]) == CLASSIFIER.classify(
        ["您的app自己弄坏的"]
    )


def test_a_written_model_predicts_as_sklearn_trained_afresh_on_the_same_sentences(tmp_path: Path):
    labels, sentences = (column[::6] for column in read_sentences(DATA))
    save(tmp_path / "small.npz", train(labels, sentences, threshold=0.0), 0.5)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    logistic = LogisticRegression(C=30.0, class_weight="balanced", max_iter=3000)
    texts = [f"<{plain_text(sentence)}>" for sentence in sentences]
    expected = logistic.fit(vectors.fit_transform(texts), labels).predict_proba(
        vectors.transform(texts)
    )
    rude = 1 - expected[:, list(logistic.classes_).index(NONE)]

    told = load_meaning(tmp_path / "small.npz").classify(sentences)

    long_enough = [len(plain_text(sentence)) >= 4 for sentence in sentences]
    assert [m.probability for m in told] == pytest.approx(
        np.where(long_enough, rude, 0.0), abs=1e-4
    )
    best = [
        max((p, c) for p, c in zip(row, logistic.classes_, strict=True) if c != NONE)[1]
        for row in expected
    ]
    sure = [(m.label, label) for m, label, p in zip(told, best, rude, strict=True) if p > 0.501]
    assert sure
    assert [found for found, _ in sure] == [label for _, label in sure]


def test_the_model_was_trained_with_the_sentences_beside_it():
    assert hashlib.sha256(DATA.read_bytes()).hexdigest() == CLASSIFIER.data_sha256, (
        "run bench/quality/train_meaning.py"
    )


@pytest.mark.parametrize("content", [b"", b"not a model", MODEL.read_bytes()[:5000]])
def test_a_broken_file_is_named_with_what_to_do(tmp_path: Path, content: bytes):
    broken = tmp_path / "model.npz"
    broken.write_bytes(content)
    with pytest.raises(
        ModelError, match=r"model\.npz: not a readable meaning model .*train_meaning"
    ):
        load_meaning(broken)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("coefficients", np.zeros((2, 2), np.float32)),
        ("threshold", np.float64("nan")),
        ("classes", np.array(["a", "b", "c", "d", "e"])),
        ("idf", None),
    ],
)
def test_a_model_that_does_not_fit_together_is_refused(
    tmp_path: Path, name: str, value: np.ndarray | None
):
    with np.load(MODEL) as entries:
        arrays = {key: entries[key] for key in entries if key != name}
    np.savez(tmp_path / "model.npz", **arrays, **({} if value is None else {name: value}))
    with pytest.raises(ModelError, match=name):
        load_meaning(tmp_path / "model.npz")


def test_a_missing_file_and_a_lone_array_are_refused(tmp_path: Path):
    np.save(tmp_path / "lone.npy", np.zeros(3))
    for path in (tmp_path / "absent.npz", tmp_path / "lone.npy"):
        with pytest.raises(ModelError, match=path.name):
            load_meaning(path)
