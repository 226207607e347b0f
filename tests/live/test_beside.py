"""What is known of an ended call goes into a site's own table as this is written, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import read_table
from pipeline.live.beside import note_beside
from pipeline.live.call_file import growing

KNOWN = {
    "file": "c.wav", "call_id": "C-3", "agent_id": "8001", "customer_id": "", "queue": "投诉",
    "agent_channel": "left", "not_heard": "end",
}  # fmt: skip


def table_of(folder: Path, data: bytes) -> Path:
    growing(folder / "c.wav").touch()
    table = folder / "metadata.csv"
    table.write_bytes(data)
    return table


@pytest.mark.parametrize(
    ("data", "agent"),
    [
        ("文件名,工号,客户编号\r\na.wav,8009,张三\r\n".encode(), "8009"),
        ("文件名,工号,客户编号\r\na.wav,8009,张三\r\n".encode("gb18030"), "8009"),
        ("\ufeff文件名,工号\r\na.wav,8009\r\n".encode(), "8009"),
        (b"file;agent_id\na.wav;8009\n", "8009"),
        (b"agent_id\tfile\n8009\ta.wav\n", "8009"),
        (b'File,Agent_ID\n"D:\\rec\\a.wav",8009', "8009"),
        (b"\nfile,agent_id\na.wav,8009,other\n", "8009"),
    ],
)
def test_a_sites_own_table_is_read_as_before_with_one_row_more(
    tmp_path: Path, data: bytes, agent: str
) -> None:
    table = table_of(tmp_path, data)
    for _ in range(2):
        note_beside(table, KNOWN)
    read = read_table(table)
    assert sorted(read.rows) == ["a.wav", "c.wav"]
    assert (read.refused, read.unread) == ({}, "")
    assert read.rows["a.wav"].agent_id == agent
    new = read.rows["c.wav"]
    assert (new.call_id, new.agent_id, new.queue) == ("C-3", "8001", "投诉")
    assert read.recorded["c.wav"].not_heard == {"end"}
    after = table.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in after) == (b"\r\n" in data)


@pytest.mark.parametrize(
    "data",
    [
        "某公司录音清单\nfile,agent_id\na.wav,8009\n".encode(),
        b"call_id,agent_id\na,8009\n",
        "file,agent_id\na.wav,8009\n".encode("utf-16"),
        b'file,agent_id\n"a.wav"x,8009\n',
        "file,日期,时间,started_at\na.wav,2026-11-02,09:30,\n".encode(),
    ],
)
def test_a_table_that_cannot_take_the_row_stays_as_it_was(tmp_path: Path, data: bytes) -> None:
    table = table_of(tmp_path, data)
    with pytest.raises(ValueError, match="表格"):
        note_beside(table, KNOWN)
    assert table.read_bytes() == data
    assert {one.name for one in tmp_path.iterdir()} == {"metadata.csv", "c.wav.growing"}


@pytest.mark.parametrize("torn", ["", "fi", "file,call_id,age", "c.wav,C-3,8001,投"])
def test_what_a_full_disk_cut_off_within_a_heading_or_a_letter_is_written_again(
    tmp_path: Path, torn: str
) -> None:
    whole = f"{','.join(KNOWN)}\n".encode() if torn.startswith("c") else b""
    (tmp_path / ".new-metadata.csv").write_bytes(b"half of a tab")
    table = table_of(tmp_path, whole + torn.encode()[: -1 if torn.startswith("c") else None])
    note_beside(table, KNOWN)
    assert read_table(table).rows["c.wav"].queue == "投诉"
    assert table.read_text(encoding="utf-8").count("\n") == 2
    assert {one.name for one in tmp_path.iterdir()} == {"metadata.csv", "c.wav.growing"}


def test_a_table_of_empty_lines_gets_its_headings(tmp_path: Path) -> None:
    table = table_of(tmp_path, b"\n\n")
    note_beside(table, KNOWN)
    assert sorted(read_table(table).rows) == ["c.wav"]


def test_a_table_keeps_its_permissions(tmp_path: Path) -> None:
    table = table_of(tmp_path, b"file\na.wav\n")
    table.chmod(0o640)
    note_beside(table, KNOWN)
    assert table.stat().st_mode & 0o777 == 0o640
