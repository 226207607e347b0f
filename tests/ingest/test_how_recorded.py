"""What a table says of a recording itself; a cell that says nothing is left unknown, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest.metadata import how_recorded, metadata_faults
from pipeline.ingest.recorded_as import HowRecorded
from pipeline.settings import IngestSettings

SETTINGS = IngestSettings()


@pytest.mark.parametrize(
    ("cells", "said", "faults"),
    [
        ("左声道,结尾,12.5", HowRecorded(frozenset({"end"}), "left", 12.5), 0),
        ("RIGHT,Both, 7 ", HowRecorded(frozenset({"begin", "end"}), "right", 7.0), 0),
        (",,", HowRecorded(), 0),
        ("1,否,00:35", HowRecorded(), 3),
        ("auto,0,-3", HowRecorded(), 3),
        ("双声道,没有,35秒", HowRecorded(), 3),
    ],
)
def test_what_a_row_says_of_its_recording(
    tmp_path: Path, cells: str, said: HowRecorded, faults: int
) -> None:
    (tmp_path / "metadata.csv").write_text(
        f"文件名,客服声道,没听到,换客服秒数\na.wav,{cells}\n", encoding="utf-8"
    )
    assert how_recorded(tmp_path / "a.wav", SETTINGS) == said
    assert len(metadata_faults(tmp_path / "a.wav", SETTINGS)) == faults
