"""Who the customer is by 主叫 and 被叫: the caller of a call that comes in, the called party of one
that goes out, and nobody where the direction is not told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.imports import read_call_table, read_conversations
from pipeline.ingest import read_metadata
from pipeline.ingest.metadata import unread_columns_beside
from pipeline.settings import IngestSettings

OUTSIDE, LINE, AGENT = "13800000000", "02161234567", "8012"

CASES = {
    "comes in": ("呼叫方向,主叫号码,被叫号码", f"呼入,{OUTSIDE},{LINE}", OUTSIDE, "inbound"),
    "goes out": ("呼叫方向,主叫号码,被叫号码", f"呼出,{LINE},{OUTSIDE}", OUTSIDE, "outbound"),
    "goes out, English": (
        "direction,caller_number,callee_number",
        f"outbound,{LINE},{OUTSIDE}",
        OUTSIDE,
        "outbound",
    ),
    "a column type": ("type,主叫,被叫", f"呼出,{LINE},{OUTSIDE}", OUTSIDE, "outbound"),
    "a column 通话类型": ("通话类型,主叫,被叫", f"外呼,{AGENT},{OUTSIDE}", OUTSIDE, "outbound"),
    "the agent calls": ("主叫,被叫", f"{AGENT},{OUTSIDE}", OUTSIDE, "outbound"),
    "the agent is called": ("主叫,被叫", f"{OUTSIDE},{AGENT}", OUTSIDE, "inbound"),
    "an extension calls": ("主叫,被叫", f"601,{OUTSIDE}", OUTSIDE, "outbound"),
    "a hotline is called": ("主叫,被叫", f"{OUTSIDE},95598", OUTSIDE, "inbound"),
    "only the caller, in": ("方向,主叫号码", f"呼入,{OUTSIDE}", OUTSIDE, "inbound"),
    "only the caller, out": ("方向,主叫号码", f"呼出,{LINE}", None, "outbound"),
    "two numbers from outside": ("主叫,被叫", f"{OUTSIDE},{LINE}", None, None),
    "two extensions": ("主叫,被叫", "601,602", None, None),
    "only the caller": ("主叫号码", OUTSIDE, None, None),
    "internal": ("呼叫方向,主叫,被叫", "内部,601,602", None, "internal"),
    "a type of something else": ("type,主叫,被叫", f"vip,{OUTSIDE},{LINE}", None, None),
    "the customer's own column": ("客户号码,主叫", f"{OUTSIDE},{LINE}", OUTSIDE, None),
}


@pytest.mark.parametrize("kind", CASES)
def test_in_metadata_and_in_imports(tmp_path: Path, kind: str):
    names, cells, customer, direction = CASES[kind]
    table = tmp_path / "metadata.csv"
    table.write_text(f"文件名,工号,{names}\na.wav,{AGENT},{cells}\n", encoding="utf-8")

    meta = read_metadata(tmp_path / "a.wav", IngestSettings())
    assert (meta.customer_id, meta.direction, meta.agent_id) == (customer, direction, AGENT)
    found = read_call_table(table)
    values = found.lines[0].values
    assert (values.get("customer_id"), values.get("direction")) == (customer, direction)
    assert not found.faults
    untold = customer is None and direction is None
    said = any("看不出是呼入还是呼出" in note for note in found.notes)
    unread = unread_columns_beside(tmp_path / "a.wav", IngestSettings())
    assert (said, "看不出是呼入还是呼出" in unread) == (untold, untold)


@pytest.mark.parametrize("kind", ["comes in", "goes out", "the agent calls", "only the caller"])
@pytest.mark.parametrize("inside", ["call", "object", "table"])
def test_in_transcripts(tmp_path: Path, kind: str, inside: str):
    names, cells, customer, _ = CASES[kind]
    named = dict(zip(names.split(","), cells.split(","), strict=True))
    said = [{"role": "客服", "content": "您好"}, {"role": "客户", "content": "退款"}]
    if inside == "table":
        path = tmp_path / "a.csv"
        path.write_text(
            f"角色,内容,工号,{names}\n客服,您好,{AGENT},{cells}\n客户,退款,,{cells}\n",
            encoding="utf-8",
        )
    else:
        path = tmp_path / "a.json"
        meta = {"工号": AGENT, **named}
        whole = {"messages": said, **(meta if inside == "object" else {"call": meta})}
        path.write_text(json.dumps(whole), encoding="utf-8")
    assert read_conversations(path)[0].meta.customer_id == customer


def test_columns_of_metadata_that_are_not_read_are_named_once(tmp_path: Path):
    table = "文件名,工号,星座,满意度,linkedid,uniqueid\na.wav,8012,狮子,5,7.0,7.1\n"
    (tmp_path / "metadata.csv").write_text(table, encoding="utf-8")
    said = unread_columns_beside(tmp_path / "a.wav", IngestSettings())
    assert said == f"{tmp_path / 'metadata.csv'}：没有读取这些列：星座、满意度"


def test_a_table_that_is_read_whole_has_no_such_note(tmp_path: Path):
    (tmp_path / "metadata.csv").write_text("文件名,工号\na.wav,8012\n", encoding="utf-8")
    assert unread_columns_beside(tmp_path / "a.wav", IngestSettings()) == ""
    assert unread_columns_beside(tmp_path / "none" / "a.wav", IngestSettings()) == ""
