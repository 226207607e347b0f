from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import SettingsError, UnfinishedError, UnreadableError
from pipeline.ingest import find_recordings, read_metadata, read_state, wait_until_settled
from pipeline.settings import IngestSettings
from pipeline.types import CallMeta


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_is_searched_below_and_hidden_or_other_files_are_left_out(tmp_path: Path):
    wanted = [touch(tmp_path / name) for name in ("a.wav", "b/c.MP3", "b/d.opus")]
    for other in ("notes.txt", ".hidden.wav", ".cache/e.wav", "truth.json"):
        touch(tmp_path / other)

    assert find_recordings([tmp_path]) == tuple(wanted)


def test_a_file_that_is_named_is_taken_whatever_its_name_and_none_twice(tmp_path: Path):
    named = touch(tmp_path / "call.dat")
    gone = tmp_path / "gone.wav"

    assert find_recordings([named, gone, named]) == (named, gone)


def test_a_file_that_has_gone_is_reported_in_plain_words(tmp_path: Path):
    with pytest.raises(UnreadableError, match="no such file"):
        read_state(tmp_path / "gone.wav")


def test_an_empty_file_is_reported(tmp_path: Path):
    with pytest.raises(UnreadableError, match="empty"):
        read_state(touch(tmp_path / "a.wav", b""))


def test_a_fresh_file_is_waited_for_and_one_that_grows_meanwhile_is_unfinished(tmp_path: Path):
    path = touch(tmp_path / "a.wav")
    written = path.stat().st_mtime
    slept: list[float] = []

    def grow(seconds: float) -> None:
        slept.append(seconds)
        path.write_bytes(b"xx")

    with pytest.raises(UnfinishedError, match="still being written"):
        wait_until_settled(path, settle_s=2.0, sleep=grow, now=lambda: written + 0.5)
    assert slept == [pytest.approx(1.5, abs=0.01)]


def test_an_old_file_is_not_waited_for(tmp_path: Path):
    path = touch(tmp_path / "a.wav")

    def never(seconds: float) -> None:
        raise AssertionError("waited")

    assert (
        wait_until_settled(
            path, settle_s=2.0, sleep=never, now=lambda: path.stat().st_mtime + 60
        ).size
        == 1
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_metadata_comes_from_the_csv_beside_the_recording(tmp_path: Path, encoding: str):
    text = "文件名,工号,开始时间,队列\na.wav,1027,2026/11/02 09:30:00,投诉\n"
    (tmp_path / "metadata.csv").write_bytes(text.encode(encoding))

    meta = read_metadata(tmp_path / "a.wav", IngestSettings())

    assert meta == CallMeta("a", "1027", None, "2026-11-02T09:30:00", "投诉")


def test_metadata_comes_from_the_name_where_no_csv_has_it(tmp_path: Path):
    settings = IngestSettings(
        name_pattern=r"(?P<agent_id>\d+)_(?P<started_at>\d{14})_(?P<customer_id>\d+)"
    )

    meta = read_metadata(tmp_path / "1027_20261102093000_13800.wav", settings)

    assert meta == CallMeta(
        "1027_20261102093000_13800", "1027", "13800", "2026-11-02T09:30:00", None
    )


def test_a_name_in_a_windows_servers_encoding_is_read_and_finds_its_row(tmp_path: Path):
    (tmp_path / "metadata.csv").write_text("文件名,工号\n录音张三.wav,1027\n", encoding="utf-8")
    name = os.fsdecode("录音张三.wav".encode("gb18030"))

    listed = read_metadata(tmp_path / name, IngestSettings())
    alone = read_metadata(tmp_path / "else" / name, IngestSettings())
    unreadable = read_metadata(tmp_path / "\udcff.wav", IngestSettings())

    assert (listed.call_id, listed.agent_id) == ("录音张三", "1027")
    assert alone.call_id == "录音张三"
    assert unreadable.call_id == "\\udcff"


def test_without_metadata_only_the_call_id_is_known(tmp_path: Path):
    assert read_metadata(tmp_path / "a.wav", IngestSettings()) == CallMeta(call_id="a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,agent_id\na.wav,1\n", "no column for file"),
        ("file,agent_id\na.wav,1\na.wav,2\n", "line 3: a.wav is listed twice"),
        ("file,started_at\na.wav,yesterday\n", "line 2: 'yesterday' is not a time"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_line(tmp_path: Path, text: str, said: str):
    (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match=said):
        read_metadata(tmp_path / "a.wav", IngestSettings())


def test_a_name_in_gbk_is_known_as_it_was_written(tmp_path: Path):
    name = os.fsdecode("客服_8012.wav".encode("gbk"))
    (tmp_path / name).touch()
    table = "文件名,工号\n客服_8012.wav,8012\n".encode("gbk")
    (tmp_path / "metadata.csv").write_bytes(table)

    assert read_metadata(tmp_path / name, IngestSettings()) == CallMeta("客服_8012", "8012")
