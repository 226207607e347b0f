"""The n-gram model gives what scikit-learn gives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from pypinyin import lazy_pinyin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.quality.meaning.data import Sentence
from bench.quality.meaning.ngram_fit import fit_ngrams
from pipeline.phrases.ngrams import NgramModel

THANKS = (
    "谢谢您的来电", "感谢您的支持", "谢谢您的理解", "多谢您提醒我们", "非常感谢您的耐心",
    "谢谢谢谢", "感谢您打来电话", "太谢谢您了", "谢谢您的配合", "感谢您选择我们",
)  # fmt: skip
WAIT = (
    "请您稍等一下", "麻烦您等一下好吗?", "稍等我查一查", "请稍候", "您别挂我看看",
    "等我一分钟可以吗?", "请您耐心等一等", "我去问一下您稍等", "稍等一下马上好", "您等等我查系统",
)  # fmt: skip
OTHER = (
    "快递明天送到", "app版本是2.0", "地址在人民路", "您的号码多少?", "这个要三十块",
    "发票已经开好了", "门店九点开门", "押金可以退", "周末也营业", "会员卡在手机里",
)  # fmt: skip
SENTENCES = (*THANKS, *WAIT, *OTHER)
UNSEEN = ("谢谢您稍等一下", "谢", "😀", "谢谢谢谢谢谢", "new app", "斜斜您的来电")


def spoken(text: str) -> str:
    return " ".join(lazy_pinyin(text))


def test_log_odds_are_those_of_sklearn_on_the_same_sentences():
    characters = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 4), sublinear_tf=True, preprocessor=lambda s: f"<{s}>"
    )
    syllables = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(2, 3), sublinear_tf=True)

    def matrix(texts: tuple[str, ...], method: str) -> sp.csr_matrix:
        return sp.hstack(
            [
                getattr(characters, method)(texts),
                getattr(syllables, method)([spoken(text) for text in texts]),
            ]
        ).tocsr()

    learnt = matrix(SENTENCES, "fit_transform")
    fits = [
        LogisticRegression(C=10).fit(learnt, [s in group for s in SENTENCES])
        for group in (THANKS, WAIT)
    ]
    weights = np.array([fit.coef_[0] for fit in fits]).T
    scales = np.abs(weights).max(axis=0) / 127
    rounded = np.round(weights / scales)
    grams = [*characters.get_feature_names_out(), *syllables.get_feature_names_out()]
    bias = np.array([fit.intercept_[0] for fit in fits])
    model = NgramModel.of(
        {
            "agent.grams": np.array(grams),
            "agent.idf": np.concatenate([characters.idf_, syllables.idf_]),
            "agent.rows": rounded.astype(np.int8),
            "agent.scales": scales,
            "agent.bias": bias,
        },
        "agent",
    )
    texts = (*SENTENCES, *UNSEEN)
    # sklearn's own features, with the weights as the file rounds them
    expected = matrix(texts, "transform") @ (rounded * scales) + bias

    assert model.logits(texts) == pytest.approx(expected, abs=1e-3)
    exact = np.column_stack([fit.decision_function(matrix(texts, "transform")) for fit in fits])
    assert model.logits(texts) == pytest.approx(exact, abs=0.05)  # what eight bits cost


def test_no_texts_give_no_rows():
    model = NgramModel(("<",), np.ones(1, np.float32), np.ones((1, 2), np.int8),
        np.ones(2, np.float32), np.zeros(2, np.float32))  # fmt: skip
    assert model.logits([]).shape == (0, 2)


def test_a_text_without_a_known_ngram_gets_the_bias():
    model = NgramModel(("天",), np.ones(1, np.float32), np.ones((1, 2), np.int8),
        np.ones(2, np.float32), np.array([0.5, -2.0], np.float32))  # fmt: skip
    assert model.logits(["地"]).tolist() == [[0.5, -2.0]]


def test_what_the_trainer_writes_says_what_it_fitted():
    groups = (("thanks", THANKS), ("hold_ask", WAIT), (None, OTHER))
    sentences = [
        Sentence(frozenset({label} if label else ()), "agent", 1, text, text)
        for label, texts in groups
        for text in texts
    ]
    fit = fit_ngrams(sentences, ["hold_ask", "thanks"])
    model = NgramModel.of(fit.export("agent"), "agent")
    assert model.logits(UNSEEN) == pytest.approx(fit.logits(UNSEEN), abs=0.1)
    few = NgramModel.of(fit.export("agent", kept=7), "agent")
    assert len(few.grams) == 7
    assert few.rows.shape == (7, 2)
