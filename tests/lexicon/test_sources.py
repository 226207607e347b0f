"""Every source names a clause that the regulations have; people read titles and not letters."""

from __future__ import annotations

import re
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import LexiconError
from pipeline.lexicon import (
    LEXICON_FOLDER,
    load_lexicon,
    load_monthly,
    load_regulations,
    load_scorecard,
    load_scorecards,
    sources_in,
)

ENTRIES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "data" / "regulations.yaml").read_text(encoding="utf-8")
)
"""What is in the regulations, listed by hand from their texts."""

SOURCE = re.compile(r'source: "([^"]*)"')
REGULATIONS = load_regulations()
RULE_IDS = [rule.id for rule in load_lexicon().rules]

RULE = """version: 1
rules:
  - id: forbidden.shirk
    name: 推诿
    kind: forbidden
    source: "{source}"
    severity: high
    role: agent
    phrases: [不归我管]
    positive: ["这个不归我管。", "不归我管的。"]
    negative: ["不规范管理。", "我来管。"]
"""
OWN = """version: 1
documents:
  - {name: 本司, title: 客服手册, clauses: [{at: 第三章 2, gist: 不推诿}]}
  - {name: 省局, title: 服务规范}
"""


def plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


CLAUSES = {plain(entry["cite"]) for entry in ENTRIES}


def is_in_regulations(part: str) -> bool:
    """Whether a part of a source, with or without its words in brackets, is a clause of the list or
    a heading above one."""
    text = plain(part)
    return _stands(text) or _stands(re.sub(r"\([^()]*\)$", "", text))


def _stands(address: str) -> bool:
    return any(
        clause.startswith(address) and not (clause + " ")[len(address)].isdigit()
        for clause in CLAUSES
    )


@pytest.mark.parametrize(
    "file", sorted(LEXICON_FOLDER.rglob("*.yaml")), ids=lambda file: str(file.name)
)
def test_every_source_cites_clauses_of_the_regulations_or_says_that_it_is_our_choice(file: Path):
    wrong = [
        f"{file.name} line {number}: {part}"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for source in SOURCE.findall(line)
        for part in re.split("[；;]", source)
        if not re.fullmatch("our choice(: .+)?", part) and not is_in_regulations(part)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", ["rules.md", "scoring.md"])
def test_the_sources_that_the_docs_show_are_accepted(name: str):
    text = (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
    shown = SOURCE.findall(text)

    assert shown
    assert [s for s in shown for part in REGULATIONS.read(s) if not part.is_known] == []


def test_no_source_is_missed_by_the_way_it_is_written():
    written = [
        line
        for file in LEXICON_FOLDER.rglob("*.yaml")
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bsource:", line) and not line.startswith("#")
    ]
    rules = load_lexicon().rules
    sheets = load_scorecards(rule_ids=RULE_IDS).sheets

    assert all(SOURCE.search(line) for line in written)
    months = load_monthly().sheets.sheets
    assert len([*sources_in(rules), *sources_in(sheets), *sources_in(months)]) == sum(
        len(SOURCE.findall(line)) for line in written
    )


def test_the_documents_that_ship_are_those_of_the_regulations():
    shipped = {
        plain(f"{document.name} {clause.at}"): (document.title, plain(clause.gist))
        for document in REGULATIONS.documents
        for clause in document.clauses
    }

    assert shipped == {
        plain(entry["cite"]): (entry["title"].removesuffix("(试行)"), plain(entry["gist"]))
        for entry in ENTRIES
    }


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("D 第一部分 第二章 (三) 2", "《客户服务工作考核管理办法》第一部分第二章(三)2"),
        ("D 第一部分 第二章（三）2（你找领导去）", "《客户服务工作考核管理办法》第一部分第二章(三)2（你找领导去）"),
        ("D 第一部分 第二章 (三)", "《客户服务工作考核管理办法》第一部分第二章(三)"),
        ("B 一 7 三要", "《客服部管理规章制度》一7 三要"),
        ("B 一7 三要; E 三(二)5", "《客服部管理规章制度》一7 三要；《线上客服服务质量管理规范》三(二)5"),
        ("C 六 客户服务标准和规范 一 1", "《客户服务部岗位手册》六 客户服务标准和规范 一1"),
        ("D 第四部分 六 9.2", "《客户服务工作考核管理办法》第四部分六9.2"),
        ("D 第二部分 营业厅加分项考核 10 (视情况)", "《客户服务工作考核管理办法》第二部分 营业厅加分项考核 10（视情况）"),
        ("A", "《邮政内部客服管理办法》"),
        ("our choice", "本系统自定"),
        ("our choice: 没有规定", "本系统自定：没有规定"),
        ("A级客户的约定", "A级客户的约定"),
        ("劳动合同第 3 条", "劳动合同第 3 条"),
        ("D 二3", "《客户服务工作考核管理办法》二3"),
    ],
)  # fmt: skip
def test_people_read_the_title_of_a_document_and_not_its_letter(source: str, shown: str):
    assert REGULATIONS.show(source) == shown


def test_the_source_at_the_end_of_a_reason_is_read_so_too():
    assert (
        REGULATIONS.show_reason("说了禁语“不归我管”（依据：E 三(二)5 (不推诿)；our choice: 分值）")
        == "说了禁语“不归我管”（依据：《线上客服服务质量管理规范》三(二)5（不推诿）；本系统自定：分值）"
    )
    assert REGULATIONS.show_reason("人工改分：太重（张敏）") == "人工改分：太重（张敏）"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("D 二3", "依据“D 二3”不对，《客户服务工作考核管理办法》没有这一条（是不是 D 第三部分 二 3？）"),
        ("A 五(一)2 语速适中", "是不是 A 五(一)2？"),
        ("B 一 7；E 三(二)6", "依据“E 三(二)6”不对，《线上客服服务质量管理规范》没有这一条；应为"),
    ],
)  # fmt: skip
def test_a_rule_that_cites_an_unknown_clause_is_refused_with_file_and_line(
    tmp_path: Path, source: str, said: str
):
    (tmp_path / "rules.yaml").write_text(RULE.format(source=source), encoding="utf-8")

    with pytest.raises(LexiconError) as caught:
        load_lexicon(tmp_path)

    assert f"{tmp_path / 'rules.yaml'} 第 6 行" in str(caught.value)
    assert said in str(caught.value)


def test_a_sheet_that_cites_an_unknown_clause_is_refused_with_file_and_line(tmp_path: Path):
    shutil.copytree(LEXICON_FOLDER / "scoring", tmp_path / "scoring")
    path = tmp_path / "scoring" / "postal.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("A 五(二)3", "A 五(二)33"), encoding="utf-8")
    line = next(n for n, one in enumerate(text.splitlines(), 1) if "A 五(二)3" in one)

    with pytest.raises(LexiconError, match=r"依据“A 五\(二\)33.*”不对") as caught:
        load_scorecards(tmp_path / "scoring", rule_ids=RULE_IDS)

    assert f"{path} 第 {line} 行" in str(caught.value)


def test_a_sheet_of_long_ago_is_read_whatever_it_cites(tmp_path: Path):
    text = (LEXICON_FOLDER / "scoring" / "postal.yaml").read_text(encoding="utf-8")
    path = tmp_path / "postal.yaml"
    path.write_text(text.replace("A 五(二)3", "A 五33"), encoding="utf-8")

    assert load_scorecard(path, rule_ids=RULE_IDS).id == "postal"


def test_a_site_cites_documents_of_its_own(tmp_path: Path):
    (tmp_path / "regulations.yaml").write_text(OWN, encoding="utf-8")
    source = "本司 第三章 2 (不推诿)；省局 8.1 (任何一条)；D 二3"
    (tmp_path / "rules.yaml").write_text(RULE.format(source=source), encoding="utf-8")

    assert load_regulations(tmp_path).show(load_lexicon(tmp_path).rules[0].source) == (
        "《客服手册》第三章2（不推诿）；《服务规范》8.1（任何一条）；D 二3"
    )


@pytest.mark.parametrize(
    ("good", "bad", "line", "said"),
    [
        ("title: 服务规范", "titel: 服务规范", 4, "不认识的键“titel”"),
        ("name: 省局", "name: 本司", 4, "简称“本司”重复"),
        ("gist: 不推诿", "gist: ''", 3, "非空的文字"),
    ],
)
def test_a_wrong_list_of_documents_is_refused(
    tmp_path: Path, good: str, bad: str, line: int, said: str
):
    path = tmp_path / "regulations.yaml"
    path.write_text(OWN.replace(good, bad), encoding="utf-8")

    with pytest.raises(LexiconError) as caught:
        load_regulations(tmp_path)

    assert f"{path} 第 {line} 行" in str(caught.value)
    assert said in str(caught.value)
