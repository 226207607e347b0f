"""The sound of a call on disk: kept at once, whole after a kill, and one file a call."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from pipeline.live.call_file import CallFile, give_name, growing, name_of, read_stretch, repair

RATE = 8000


def a_file(path: Path, value: int, count: int = 4) -> Path:
    """What a killed listener leaves; ``count`` 0: it died before the first sample."""
    CallFile(path, RATE, 1).write(0, 0, np.full(count, value, np.int16))
    return path


def test_files_of_calls_hold_each_side_at_its_place(tmp_path: Path) -> None:
    file = CallFile(tmp_path / "a" / "c.wav", RATE, 2)
    file.write(1, 0, np.full(4, 7, np.int16))
    file.write(0, 2, np.full(4, 5, np.int16))  # two samples were lost before it
    heard = read_stretch(file.path, 0.0, 1.0)
    assert heard.samples.tolist() == [[0, 7], [0, 7], [5, 7], [5, 7], [5, 0], [5, 0]]
    assert repair(tmp_path).mended == (file.path,)
    assert not file.path.exists()  # what is known of its call is written before
    give_name(file.path)
    a_file(tmp_path / "a" / "empty.wav", 0, count=0)
    assert repair(tmp_path).mended == ()
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["c.wav"]


def test_a_file_without_a_sample_takes_no_place_of_another_day(tmp_path: Path) -> None:
    said = a_file(tmp_path / "2026-11-18" / "120000-C-1.wav", 7)
    a_file(tmp_path / "2026-11-19" / "120000-C-1.wav", 0, count=0)
    assert repair(tmp_path).mended == (said,)
    assert read_stretch(said, 0.0, 1.0).samples.tolist() == [[7]] * 4
    assert not list((tmp_path / "2026-11-19").iterdir())


def test_a_file_that_cannot_be_mended_costs_no_other_one(tmp_path: Path) -> None:
    first, last = (a_file(tmp_path / name, 7) for name in ("a.wav", "z.wav"))
    broken = growing(tmp_path / "m.wav")
    broken.write_bytes(bytes(200))  # as after a loss of power: the length is there, the data is not
    growing(tmp_path / "n.wav").mkdir()
    found = repair(tmp_path)
    assert found.mended == (first, last)
    assert [one.name for one, _ in found.faults] == ["m.wav.growing"]
    assert broken.stat().st_size == 200  # a person may still hear what is in it


def test_a_file_that_was_whole_but_for_its_name_gets_it(tmp_path: Path) -> None:
    path = CallFile(tmp_path / "c.wav", RATE, 1)
    path.write(0, 0, np.full(4, 7, np.int16))
    path.close()  # killed between the header and the name
    assert repair(tmp_path).mended == (path.path,)


def test_a_mended_file_replaces_none(tmp_path: Path) -> None:
    whole, grown = a_file(tmp_path / "c.wav", 7), tmp_path / "c.wav"
    for one in repair(tmp_path).mended:
        give_name(one)
    before = whole.read_bytes()
    a_file(grown, 9)
    found = repair(tmp_path)
    assert whole.read_bytes() == before
    assert [one.name for one, _ in found.faults] == ["c.wav.growing"]


def test_a_full_disk_leaves_nothing_behind_that_stops_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                CallFile(tmp_path / "c.wav", RATE, 1)
    assert len(os.listdir("/proc/self/fd")) == before
    give_name(CallFile(tmp_path / "c.wav", RATE, 1).close())
    assert [one.name for one in tmp_path.iterdir()] == ["c.wav"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc/passwd", "000000-_.._etc_passwd.wav"),
        ("a\x00b\nc", "000000-a_b_c.wav"),
        ("客户来电", "000000-____.wav"),
        ("..", "000000-call.wav"),
        ("x" * 300, f"000000-{'x' * 80}.wav"),
    ],
)
def test_a_calls_number_makes_a_plain_name_below_the_folder(
    tmp_path: Path, name: str, file: str
) -> None:
    path = name_of(tmp_path, name, 1_794_931_200.0)
    assert path.parent.parent == tmp_path
    assert path.name[7:] == file[7:]


def test_calls_of_one_second_have_files_of_their_own(tmp_path: Path) -> None:
    first = name_of(tmp_path, "来电", 0.0)
    second = name_of(tmp_path, "去电", 0.0, taken={first})
    a_file(first, 7)
    third = name_of(tmp_path, "呼入", 0.0, taken={second})
    assert len({first, second, third}) == 3
