"""The meaning model: rude wording is shown, politeness spared, and a damaged file is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.quality.meaning.card import aside_table
from bench.quality.meaning.data import DATA, TESTS, drop_tested, read_aside, read_sentences, sha256
from pipeline.errors import ModelError
from pipeline.phrases import find_phrases
from pipeline.phrases.meaning import MODEL, RUDE, Meaning, bare, load_meaning, written
from pipeline.phrases.network import SentenceNetwork
from pipeline.types import CallFacts, Role
from tests.builders import an_utterance
from tests.phrases.test_phrases import BOOK

CLASSIFIER = load_meaning()
LABELS = frozenset(CLASSIFIER.labels)
WARM = TESTS / "meaning_warm.tsv"
LEARNT = DATA.read_text(encoding="utf-8")


def shown(sentence: str, role: Role = "agent") -> frozenset[str]:
    """Labels that a person would be shown."""
    (row,) = CLASSIFIER.read([sentence], [role])
    return frozenset(
        label
        for label, probability in zip(CLASSIFIER.labels, row, strict=True)
        if probability >= CLASSIFIER.show[label]
    )


def test_every_label_has_three_levels_in_order():
    assert {f"agent.{name}" for name in RUDE} <= LABELS
    assert {label.partition(".")[0] for label in LABELS} == {"agent", "customer"}
    for label in LABELS:
        near, show, sure = (
            levels[label] for levels in (CLASSIFIER.near, CLASSIFIER.show, CLASSIFIER.sure)
        )
        assert 0.0 < near < show <= sure <= 1.0, label


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("shirk", "这事归仓库管，我们客服哪管得着，您自己找去。"),
        ("blame", "您自己不看清楚就下单，这能怪谁呢。"),
        ("impatient", "您都问了八百遍了，能不能听人说话啊。"),
        ("brush_off", "爱买不买，随便您。"),
        ("sarcasm", "您可真聪明，这么简单的都不会，佩服佩服。"),
        ("threat", "您要是再打来闹，我就把您的号码拉黑。"),
        ("insult", "你脑子有病吧，滚远点。"),
        ("overpromise", "放心，我拍胸脯保证百分之百给您批下来。"),
        ("private_deal", "您加我私人微信，钱转给我，我给您算便宜点。"),
        ("leak", "隔壁王女士家的电话是多少我告诉您，她也投诉过。"),
        ("disparage", "那家公司都是骗子，东西全是垃圾，别买他们的。"),
        ("slang", "亲么么哒，咱家这款绝绝子，冲鸭。"),
    ],
)
def test_rude_wording_of_each_kind_is_shown(label: str, sentence: str):
    assert sentence not in LEARNT
    assert [m.label for m in CLASSIFIER.classify([sentence])] == [label]


@pytest.mark.parametrize(
    "sentence",
    [
        "您的快递预计明天下午送到。",
        "好的，我这就帮您登记退货。",
        "您刚才说有人骂您是骗子，我完全理解您的心情。",
        "我们不会把您拉黑的，您放心。",
        "这不是您的错，是我们系统出了问题。",
        "您请坐，材料我一份一份帮您看。",
    ],
)
def test_ordinary_quoted_and_denied_words_are_not_rude(sentence: str):
    assert [m.label for m in CLASSIFIER.classify([sentence])] == [None]


@pytest.mark.parametrize(
    "sentence",
    [
        "我长这么大没见过这么好的客户。",
        "干了十几年，头一回碰上您这么细心的人。",
        "您真会说笑。",
        "是我笨，没听懂您的意思。",
        "换谁摊上这事都得发火。",
    ],
)
def test_kind_words_in_the_frame_of_rude_ones_are_not_charged(sentence: str):
    assert sentence not in LEARNT
    (row,) = CLASSIFIER.read([sentence], ["agent"])
    for name in RUDE:
        assert CLASSIFIER.probability(row, f"agent.{name}") < CLASSIFIER.sure[f"agent.{name}"], name


def warm_sentences() -> list[tuple[str, str]]:
    lines = WARM.read_text(encoding="utf-8").splitlines()[1:]
    return [(text, labels) for text, labels, _ in (line.split("\t") for line in lines)]


def test_no_warm_word_and_no_short_reaction_takes_points():
    ordinary = [text for text, labels in warm_sentences() if labels == "none"]
    rows = CLASSIFIER.read(ordinary, ["agent"] * len(ordinary))

    charged = [
        (text, name)
        for text, row in zip(ordinary, rows, strict=True)
        for name in RUDE
        if CLASSIFIER.probability(row, f"agent.{name}") >= CLASSIFIER.charge[f"agent.{name}"]
    ]

    assert len(ordinary) > 1000
    assert charged == []


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("您这普通话真标准，以前是当老师的吧？", "review"),
        ("您可真会算账，三块钱也要打三个电话。", "review"),
        ("机器卡住还不是您自己手贱乱按的。", "confirmed"),
    ],
)
def test_mockery_by_the_meaning_of_its_sentence_is_for_a_person(sentence: str, verdict: str):
    facts = CallFacts((an_utterance(sentence, confidence=0.95),), 9.0)

    found = find_phrases(facts, BOOK, roles_sure=True).findings

    assert [(f.match, f.verdict) for f in found if f.kind == "forbidden"] == [("meaning", verdict)]


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("agent.offer", "今天需要我帮您办点什么呢？"),
        ("agent.identity", "这里是阳光物业客服中心，我姓赵。"),
        ("agent.anything_else", "除了这件事，其他还有需要我做的吗？"),
        ("agent.satisfied", "我刚才的解释您都清楚了吗？"),
        ("customer.praise", "你们这个小姑娘态度真好，谢谢你啊。"),
        ("customer.attitude_complaint", "上次那个客服对我大喊大叫，太没礼貌了。"),
        ("customer.escalation", "再不解决我就去12315告你们。"),
        ("customer.leave", "这个卡我不要了，给我销户。"),
    ],
)
def test_an_act_is_found_in_words_of_its_own(label: str, sentence: str):
    assert label in shown(sentence, "customer" if label.startswith("customer.") else "agent")


def test_each_side_has_labels_of_its_own():
    sentences = ["再不解决我就去12315告你们。", "您要是再打来闹，我就把您的号码拉黑。"]
    for role in ("agent", "customer"):
        others = [at for at, name in enumerate(CLASSIFIER.labels) if not name.startswith(role)]
        assert not CLASSIFIER.read(sentences, [role] * 2)[:, others].any()


def test_somebody_of_unknown_role_is_read_as_the_agent():
    sentence = "爱买不买，随便您。"
    unknown, agent = CLASSIFIER.read([sentence, sentence], ["unknown", "agent"])
    assert np.array_equal(unknown, agent)


def test_nothing_and_a_lone_character_mean_nothing():
    assert CLASSIFIER.classify([]) == ()
    assert CLASSIFIER.classify(["", "嗯", "😡😡😡", "嗯。"]) == (Meaning(None, 0.0),) * 4
    assert not shown("……") | shown("。。。", "customer")
    assert not CLASSIFIER.read(["", "嗯", "😡"], ["agent", "customer", "agent"]).any()
    assert CLASSIFIER.read([], []).shape == (0, len(LABELS))


def test_pictures_spaces_width_and_case_make_no_difference():
    plain = CLASSIFIER.classify(["你的app,自己弄坏的!"])
    assert CLASSIFIER.classify(["你的ＡＰＰ， 自己😡弄坏的！"]) == plain
    assert written("你的ＡＰＰ， 自己😡弄坏的！") == "你的app,自己弄坏的!"
    assert bare(written("您好，请问？")) == "您好请问?"


def test_a_very_long_text_is_read_to_where_the_network_ends():
    rows = CLASSIFIER.read(["您稍等，我看一下。" * 2000], ["agent"])
    assert np.isfinite(rows).all()
    assert ((rows >= 0) & (rows <= 1)).all()


def test_a_sentence_means_the_same_beside_others():
    sentences = ["爱买不买，随便您。", "您好。", "这样给您处理，您看满意吗？" * 4]
    together = load_meaning.__wrapped__(MODEL).read(sentences, ["agent"] * 3)
    for sentence, row in zip(sentences, together, strict=True):
        (alone,) = load_meaning.__wrapped__(MODEL).read([sentence], ["agent"])
        assert alone == pytest.approx(row, abs=1e-4)


def test_the_model_learnt_from_the_sentences_beside_it():
    assert sha256(DATA) == CLASSIFIER.data_sha256, "python -m bench.quality.train_meaning"


def test_the_card_tells_what_the_model_does_with_the_sentences_kept_aside():
    card = MODEL.with_name("README.md").read_text(encoding="utf-8")
    assert "\n".join(aside_table(read_aside(), CLASSIFIER)) in card


def test_no_sentence_that_the_model_learnt_resembles_one_of_the_tests():
    learnt = read_sentences()
    assert len(drop_tested(learnt)) == len(learnt)


@pytest.mark.parametrize("content", [b"", b"not a model", MODEL.read_bytes()[:5000]])
def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path, content: bytes):
    broken = tmp_path / "model.npz"
    broken.write_bytes(content)
    with pytest.raises(
        ModelError, match=r"model\.npz: not a readable meaning model .*train_meaning"
    ):
        load_meaning(broken)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("show", None),
        ("show", np.zeros(3, np.float32)),
        ("sure", np.full(len(LABELS), np.nan, np.float32)),
        ("labels", np.array(["agent.shirk"] * len(LABELS))),
        ("words", np.array(["<s>"])),
        ("scores", np.zeros(3, np.float32)),
        ("head.bias", np.zeros(3, np.float32)),
        ("eln.weight", np.full(384, np.inf, np.float32)),
        ("ly.0.q.scales", np.zeros(2, np.float32)),
        ("ly.0.q.scales", None),
        ("agent.rows", np.zeros((2, 2), np.int8)),
        ("customer.idf", np.zeros(3, np.float32)),
        ("customer.grams", None),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(
    tmp_path: Path, name: str, value: np.ndarray | None
):
    with np.load(MODEL) as entries:
        arrays = {key: entries[key] for key in entries.files if key != name}
    np.savez(tmp_path / "model.npz", **arrays, **({} if value is None else {name: value}))
    with pytest.raises(ModelError, match="not a readable meaning model"):
        load_meaning(tmp_path / "model.npz")


def test_a_missing_file_and_a_lone_array_are_refused(tmp_path: Path):
    np.save(tmp_path / "lone.npy", np.zeros(3))
    for path in (tmp_path / "absent.npz", tmp_path / "lone.npy"):
        with pytest.raises(ModelError, match=path.name):
            load_meaning(path)


@pytest.mark.parametrize(
    ("written", "confidence", "verdict"),
    [(True, 0.9, "confirmed"), (True, 0.85, "review"), (False, 0.9, "review"), (False, 0.96, "confirmed")],
)  # fmt: skip
def test_a_finished_text_without_confidence_is_as_clear_as_well_heard_words(
    written: bool, confidence: float, verdict: str
):
    said = an_utterance("机器卡住还不是您自己手贱乱按的。", confidence=confidence)

    found = find_phrases(CallFacts((said,), 9.0, written=written), BOOK, roles_sure=True).findings

    assert [(f.match, f.verdict) for f in found if f.kind == "forbidden"] == [("meaning", verdict)]


@pytest.mark.parametrize("sentence", ["在家。", "你们几点下班？"])
def test_what_a_customer_says_plainly_needs_no_network(sentence: str):
    network = SentenceNetwork(
        (), np.zeros(0, np.float32), {"head.bias": CLASSIFIER.network.weights["head.bias"]}
    )
    (row,) = replace(CLASSIFIER, network=network, _cache={}).read([sentence], ["customer"])

    assert max(row) < min(CLASSIFIER.near.values())
