"""Where the telephone system tells that another agent has the call, nobody pays for the other one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.call import Rescorer, check_call
from pipeline.types import CallResult, CustomerOutcome
from tests.call.test_hand_over import (
    FIRST,
    LEXICON,
    SETTINGS,
    SHEETS,
    charged,
    checker_of,
    forbidden,
)
from tests.sounds import TWO_SIDES

POLITE = (
    "您好，工号八零零一，很高兴为您服务。", "请您稍等，我帮您查。",
    "好的，已为您办理，请问还有什么可以帮您？", "感谢来电，再见。",
)  # fmt: skip


def scored(
    folder: Path, agent: tuple[str, ...], handed_over_s: str, other: str = "8002"
) -> CallResult:
    """The words on the agent's side begin at 1.0, 6.8, 12.3 and 17.7 s."""
    shutil.copy(TWO_SIDES, folder / "a.wav")
    (folder / "metadata.csv").write_text(
        f"file,agent_id,transferred_to,handed_over_s\na.wav,8001,{other},{handed_over_s}\n",
        encoding="utf-8",
    )
    return check_call(folder / "a.wav", checker_of(*agent)).result


@pytest.mark.parametrize("handed_over_s", ["8", "12", "16"])
def test_what_the_first_one_may_have_said_before_it_was_told_is_not_missing(
    tmp_path: Path, handed_over_s: str
) -> None:
    result = scored(tmp_path, POLITE, handed_over_s)
    assert result.hand_over is not None
    assert charged(result) == set()
    again = Rescorer(LEXICON, SHEETS, SETTINGS, known={})
    assert charged(again.rescore(result, result.call, CustomerOutcome())) == set()


def test_nobody_took_a_call_over_at_its_first_second_where_no_other_agent_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "named").mkdir()
    alone, named = scored(tmp_path, POLITE, "0", ""), scored(tmp_path / "named", POLITE, "0.0")
    assert alone.hand_over is None
    assert alone.score.total == 100.0
    assert named.hand_over is not None
    assert named.score.total is None


def test_who_took_a_call_over_before_he_hands_it_on_himself_is_not_the_first_agent(
    tmp_path: Path,
) -> None:
    """Told at 3.0 s; the words tell of a third agent at 17.7 s only."""
    said = ("您好。", "这个不归我管。", FIRST[1], "您好。")
    result = scored(tmp_path, said, "3")
    assert ("不归我管", "confirmed") not in forbidden(result)
