"""The pages of a month, a site and 四个一样 and their tables: the figures, escaped names, masked
numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ReportError
from pipeline.report.month_tables import month_grids
from pipeline.report.pages import write_month, write_same, write_site
from pipeline.study.topics import TopicPeriod, WordCluster
from pipeline.types import OpeningWords, TopicSum, TopicTotals
from tests.report.test_month_tables import ANSWERS
from tests.report.written_pages import (
    EVIL,
    HIDDEN,
    NAMES,
    PHONE,
    STUDY,
    a_loss,
    a_month,
    a_record,
    a_site,
    cells,
    month_page,
    plain,
    site_page,
)


def write_all(folder: Path, **options: Any) -> list[str]:
    """Both pages and both tables of calls whose ids, customer, path and reasons hold a telephone
    number."""
    record = a_record(1, call_id=f"rec-{PHONE}", customer_id=PHONE, path=f"calls/{PHONE}.wav")
    behind = [
        a_loss(-30.0, call_id=f"rec-{PHONE}", said=f"没有核对号码{PHONE}"),
        a_loss(2.0, "praise", call_id=PHONE),
    ]
    month = a_month(record, behind=behind)
    site = a_site(record, coaching={"8001": month.coaching})
    sheet, calls = month_grids(month, [record], NAMES, **options)
    return [
        month_page(folder, month, **options),
        site_page(folder, site, **options),
        repr(cells(sheet)),
        repr(cells(calls)),
    ]


def test_telephone_numbers_are_masked_wherever_they_can_stand(tmp_path: Path):
    found = [(written.count(PHONE), written.count(HIDDEN)) for written in write_all(tmp_path)]

    # month: behind the item, behind the extra, coaching's reason and call, the good call;
    # site: coaching's two, the good call, the urgent one; grids: two items; call, customer and path
    assert found == [(0, 5), (0, 4), (0, 2), (0, 3)]


def test_telephone_numbers_are_shown_to_who_may_see_them(tmp_path: Path):
    found = [
        (written.count(PHONE), written.count(HIDDEN))
        for written in write_all(tmp_path, masked=False)
    ]

    assert found == [(5, 0), (4, 0), (2, 0), (3, 0)]


def test_comparisons_are_shown_as_sentences_and_those_claimed_are_marked(tmp_path: Path):
    path = write_same([("全体", STUDY)], tmp_path / "same.html", period="2026-11", silent=2)
    page = path.read_text(encoding="utf-8")

    assert "<h1>2026-11 四个一样</h1>" in page
    assert "<h2>全体（43 通）</h2>" in page
    assert re.findall(r'<p><span class="(.*?)">(.*?)</span>', page) == [
        ("claimed", "客户激动的来电低 10.0 分。"),
        ("", "数据不足，不作比较。"),
    ]
    assert re.findall(r"(\d+) 通无法归类", page) == ["3"]
    assert page.count("<circle") == 1
    assert "另有 2 位客服没有可以说明的差别" in page


def test_comparisons_of_nobody_say_so(tmp_path: Path):
    page = write_same([], tmp_path / "same.html", period="2026-11").read_text(encoding="utf-8")

    assert "没有通话。" in page
    assert "另有" not in page


def test_the_name_of_a_group_cannot_become_markup(tmp_path: Path):
    page = write_same([(EVIL, STUDY)], tmp_path / "same.html", period=EVIL).read_text(
        encoding="utf-8"
    )

    assert "<img" not in page


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_month(a_month(a_record(1), a_record(2), same=STUDY), path, NAMES),
        lambda path: write_site(a_site(a_record(1), a_record(2)), path, NAMES),
        lambda path: write_same([("全体", STUDY)], path, period="2026-11"),
    ],
    ids=["month", "site", "same"],
)
def test_a_page_asks_for_nothing_from_the_network(tmp_path: Path, write: Callable[[Path], Path]):
    page = write(tmp_path / "page.html").read_text(encoding="utf-8")

    assert set(re.findall(r"https?://[^\"'\s<]*", page)) == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"<script|<link|<iframe|\bsrc=|\bhref=|@import|url\(", page) == []


def test_the_printed_sheet_names_what_its_items_rest_on(tmp_path: Path):
    page = plain(month_page(tmp_path, a_month(a_record(1))))

    assert "考核依据（分值由评分表定）：禁语：《办法》二3" in page
    assert "可以申诉（《客户服务工作考核管理办法》第五部分）" in page


def test_a_page_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "out").write_text("keep", encoding="utf-8")

    with pytest.raises(ReportError, match="cannot be written"):
        write_month(a_month(), tmp_path / "out" / "month.html", NAMES)

    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


def test_a_month_and_a_site_show_how_questions_about_facts_were_answered(tmp_path: Path):
    month = write_month(a_month(a_record(1), knowledge=ANSWERS), tmp_path / "m.html", NAMES)
    site = write_site(a_site(a_record(1), knowledge=ANSWERS), tmp_path / "s.html", NAMES)
    without = write_month(a_month(a_record(1)), tmp_path / "w.html", NAMES)

    for page in (month, site):
        text = page.read_text(encoding="utf-8")
        assert "业务知识掌握程度" in text
        assert re.search(r"月租</td>(<td class=\"num\">[^<]*</td>){7}<td class=\"num\">66.7%", text)
    assert "业务知识掌握程度" not in without.read_text(encoding="utf-8")


def test_the_page_of_a_month_has_its_topics_and_the_new_ones(tmp_path: Path):
    bill = TopicSum("bill", EVIL, "账单", "", 8, 6, 91.5, 3, 1, 4, 1)
    call = OpeningWords(7, PHONE, "积分清零")
    cluster = WordCluster(("积分", "清零"), 20, 40, 1, True, (call,))
    topics = TopicPeriod((bill,), TopicTotals(12, 4, 3), (cluster,))

    page = site_page(tmp_path, a_site(a_record(1), topics=topics))

    row = page[page.index("<h2>话题</h2>") : page.index("<h2>优秀案例</h2>")]
    assert EVIL not in page
    assert PHONE not in row
    assert HIDDEN in row
    for shown in ("91.5", "75%", "积分、清零", "本月新话题", "没有归类的通话 4 通", "另有 3 通"):
        assert shown in row
