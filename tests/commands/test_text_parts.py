"""Texts of one conversation: linked by the id that a table gives, as recordings are; and
conversations in which nobody speaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.main import main as cli

FIRST = """w1,2026-11-02 09:30:00,客服,您好，客服8012为您服务，请问有什么可以帮您？,8012
w1,2026-11-02 09:30:10,客户,我要退款。,
w1,2026-11-02 09:30:20,客服,好的，请您稍等，我帮您转接财务。,8012
"""
SECOND = """w2,2026-11-02 09:31:00,客服,让您久等了，退款三天到账。,8013
w2,2026-11-02 09:31:10,客户,好的。,
w2,2026-11-02 09:31:20,客服,请问还有什么可以帮您？感谢您的咨询，再见。,8013
"""
HEAD = "会话编号,时间,角色,内容,工号\n"


def run(tmp_path: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, [*words, "--db", str(tmp_path / "t.db")])
    assert done.exit_code == code, done.output
    return done.output


def written(tmp_path: Path, name: str, text: str) -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / name)


def part_of(tmp_path: Path, call: str) -> tuple[str, int] | None:
    found = json.loads(run(tmp_path, "show", call, "--json").splitlines()[0])
    part = found["part"]
    return (part["conversation"], part["number"]) if part else None


@pytest.mark.long
def test_texts_whose_conversation_a_table_names_become_parts_and_are_released_again(
    tmp_path: Path,
):
    run(tmp_path, "import", "texts", written(tmp_path, "a.csv", HEAD + FIRST + SECOND))
    assert part_of(tmp_path, "w1") is None
    assert "道别等由人工复核" in run(tmp_path, "show", "w1")

    said = run(
        tmp_path, "import", "calls", written(tmp_path, "c.csv", "通话编号,会话ID\nw1,K9\nw2,K9\n")
    )
    assert "2 parts were linked to conversations again, and scored again." in said
    assert [part_of(tmp_path, one) for one in ("w1", "w2")] == [("K9", 1), ("K9", 2)]
    shown = run(tmp_path, "show", "K9")
    assert "道别等由人工复核" not in shown  # the farewell is the second one's, who takes leave
    assert "没有道别" not in shown
    assert "没有问候" not in shown

    run(tmp_path, "import", "texts", str(tmp_path / "a.csv"))
    run(tmp_path, "rescore")
    assert [part_of(tmp_path, one) for one in ("w1", "w2")] == [("K9", 1), ("K9", 2)]

    run(tmp_path, "import", "calls", written(tmp_path, "c.csv", "通话编号,会话ID\nw2,K10\n"))
    assert [part_of(tmp_path, one) for one in ("w1", "w2")] == [None, None]
    assert "nothing was altered" in run(tmp_path, "verify")


@pytest.mark.long
def test_a_text_that_was_cut_into_parts_when_it_was_read_stays_so(tmp_path: Path):
    both = HEAD + FIRST + SECOND.replace("w2", "w1")
    other = SECOND.replace("w2", "w3").replace("09:31", "09:40")
    run(tmp_path, "import", "texts", written(tmp_path, "a.csv", both + other))

    table = "通话编号,会话ID\nw1#1,K9\nw3,K9\n"
    run(tmp_path, "import", "calls", written(tmp_path, "c.csv", table))

    assert part_of(tmp_path, "w1#1") == ("w1", 1)
    assert part_of(tmp_path, "w3") is None


def test_a_conversation_is_read_beside_the_call_that_a_text_names(tmp_path: Path):
    rows = (HEAD + FIRST + SECOND).replace("w1,", "w1,K7,").replace("w2,", "w2,K7,")
    run(
        tmp_path,
        "import",
        "texts",
        written(tmp_path, "a.csv", rows.replace("会话编号,", "通话编号,会话编号,")),
    )
    assert [part_of(tmp_path, one) for one in ("w1", "w2")] == [("K7", 1), ("K7", 2)]


@pytest.mark.parametrize("inside", ["object", "call", "messages"])
def test_json_names_the_conversation_of_a_call_wherever_metadata_stand(tmp_path: Path, inside: str):
    talks = []
    for number, second in (("x1", 0), ("x2", 50)):
        named = {"conversation_id": "K7", "call_id": number}
        said = [
            {"role": "客服", "content": "您好，请讲。", "time": f"2026-11-02 09:30:{second:02}"},
            {"role": "客户", "content": "退款。", "time": f"2026-11-02 09:30:{second + 5:02}"},
        ]
        if inside == "messages":
            said = [{**one, **named} for one in said]
        talks.append(
            {
                **(named if inside == "object" else {}),
                **({"call": named} if inside == "call" else {}),
                "messages": said,
            }
        )
    run(tmp_path, "import", "texts", written(tmp_path, "a.json", json.dumps(talks)))
    assert [part_of(tmp_path, one) for one in ("x1", "x2")] == [("K7", 1), ("K7", 2)]


def test_conversations_in_which_nobody_speaks_are_counted_and_named(tmp_path: Path):
    silent = "w7,2026-11-02 10:00:00,系统,会话超时关闭,\nw8,2026-11-02 10:01:00,客服,,8012\n"
    quoted = 'w9,2026-11-02 10:02:00,客服,"「客户：我要退款」\n- - - - - -",8012\n'

    said = run(
        tmp_path, "import", "texts", written(tmp_path, "a.csv", HEAD + FIRST + silent + quoted)
    )

    assert "1 written conversations scored; 0 files failed." in said
    assert "in 3 conversations nobody speaks; they are not scored:" in said
    assert all(f"a.csv#{name}" in said for name in ("w7", "w8", "w9"))
