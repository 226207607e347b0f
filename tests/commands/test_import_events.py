"""The command that takes events of the month: what it tells besides the count."""

from __future__ import annotations

from pathlib import Path

from pipeline.store import Store
from pipeline.types import Scope
from tests.commands.test_changed_numbers import run, table, with_call


def take(tmp_path: Path, text: str, *options: str) -> tuple[str, int]:
    said, code = run(tmp_path, "--lang", "zh", "import", "events", table(tmp_path, text), *options)
    return said.replace("\n", ""), code


def test_a_list_of_one_kind_is_taken_by_its_name_and_columns_that_are_left_out_are_named(
    tmp_path: Path,
):
    with_call(tmp_path, "0812")

    said, code = take(tmp_path, "投诉日期,工号,渠道\n2026-01-05,0812,热线\n", "--kind", "投诉")

    assert code == 0
    assert "没有读取：渠道" in said
    assert "新增 1 件" in said
    with Store.open(tmp_path / "t.db") as store:
        assert [event.kind for event in store.events.find(Scope())] == ["complaint"]


def test_without_a_column_of_kinds_the_message_says_what_to_add(tmp_path: Path):
    with_call(tmp_path, "0812")
    text = "投诉日期,工号\n2026-01-05,0812\n"

    said, code = take(tmp_path, text)
    wrong, _ = take(tmp_path, text, "--kind", "瞎写")

    assert code == 2
    assert "没有“事项”这一列；现有投诉日期、工号" in said
    assert "请加上例如 --kind 投诉" in said
    assert "没有 '瞎写' 这种事项" in wrong


def test_months_that_were_published_and_events_that_may_be_there_twice_are_told(tmp_path: Path):
    with_call(tmp_path, "0812")

    first, _ = take(tmp_path, "事项,日期,工号,说明\n投诉,2026-01-05,0812,态度\n")
    again, _ = take(tmp_path, "事项,日期,工号,说明\n投诉,2026-01-05,0812,态度差\n")
    same, _ = take(tmp_path, "事项,日期,工号,说明\n投诉,2026-01-05,0812,态度差\n")

    assert "公布日期已过，成绩会随之变动：2026-01" in first
    assert "原有的事项" not in first
    assert "其中 1 行与原有的事项日期、客服、类型都相同" in again
    assert "公布日期" not in same
    assert "原有的事项" not in same
