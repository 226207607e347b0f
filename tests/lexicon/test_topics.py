"""Files of topics: read whole, and refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon
from pipeline.lexicon.read_topics import load_topics
from pipeline.lexicon.topics import Topic, TopicFile, Trade

GENERAL = """version: 1
topics:
  - {id: bill, name: 账单, phrases: [账单, 扣(了)费]}
"""
BANK = """version: 1
trade: 银行
signs: [银行]
topics:
  - {id: bank.fee, name: 手续费, matter: 账单, phrases: [手续费]}
"""


def a_folder(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "topics"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_general_topics_and_those_of_a_trade_are_read(tmp_path: Path):
    folder = a_folder(tmp_path, bank=BANK, general=GENERAL)

    at = tmp_path / "topics"
    fee = Topic(
        "bank.fee", "手续费", "账单", ("手续费",), trade="银行", at=f"{at / 'bank.yaml'} 第 5 行"
    )
    bill = Topic("bill", "账单", "账单", ("账单", "扣了费"), at=f"{at / 'general.yaml'} 第 3 行")
    assert load_topics(folder) == TopicFile((bill,), (Trade("银行", (), ("银行",), (fee,)),))


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "says"),
    [
        ("bank", "matter: 账单", "matter: 帐单", 5, "应为以下之一：账单"),
        ("bank", "matter: 账单, ", "", 5, "缺少“matter”"),
        ("bank", "signs: [银行]\n", "", 2, "就要写 signs（行业用词）或 queues（队列）"),
        ("bank", "trade: 银行\n", "", 2, "signs 只写在行业文件里"),
        ("bank", "id: bank.fee", "id: bill", 5, "话题编号“bill”重复"),
        ("bank", "[手续费]", "[费]", 5, "两个字以上的短语"),
        ("bank", "[手续费]", "[]", 5, "至少一个短语"),
        ("bank", "phrases:", "words:", 5, "不认识的键“words”"),
        ("general", "phrases: [账单", "matter: 账单, phrases: [账单", 3, "matter 只写在行业话题里"),
        ("general", "[账单, 扣(了)费]", "[账单, 扣(了费]", 3, "不含标点和空格的文字"),
        ("general", "version: 1", "version: 2", 1, "应为以下之一：1"),
        ("general", "topics:", "topics: [", 3, "YAML 格式错误"),
    ],
)
def test_a_bad_file_is_refused_with_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, line: int, says: str
):
    texts = {"bank": BANK, "general": GENERAL}
    texts[file] = texts[file].replace(old, new)
    folder = a_folder(tmp_path, **texts)

    with pytest.raises(LexiconError) as caught:
        load_topics(folder)

    assert says in str(caught.value)
    assert f".yaml 第 {line} 行：" in str(caught.value)


def test_one_trade_stands_in_one_file(tmp_path: Path):
    folder = a_folder(tmp_path, a=BANK, b=BANK.replace("bank.fee", "bank.other"), general=GENERAL)
    with pytest.raises(LexiconError, match=r"b\.yaml 第 2 行：trade 的值“银行”不对"):
        load_topics(folder)


def test_topics_of_a_trade_alone_belong_to_nothing(tmp_path: Path):
    with pytest.raises(LexiconError, match=r"bank\.yaml 第 2 行：还没有通用话题"):
        load_topics(a_folder(tmp_path, bank=BANK))


def test_a_folder_without_topics_has_those_that_ship(tmp_path: Path):
    assert load_topics(tmp_path) == load_topics(LEXICON_FOLDER)


def test_a_changed_topic_is_another_version_of_the_lexicon(tmp_path: Path):
    for path in LEXICON_FOLDER.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    shipped = load_lexicon(tmp_path).version
    a_folder(tmp_path, general=GENERAL)

    assert shipped == load_lexicon().version != load_lexicon(tmp_path).version
