"""The table of quality in README.md is the one that the measurement writes."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from bench.quality.table import BEGIN, END, ROWS, main
from pipeline.report import result_to_dict
from tests.builders import a_finding, a_result

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_the_rows_of_the_table_between_its_markers():
    text = README.read_text(encoding="utf-8")
    _, _, rest = text.partition(f"{BEGIN}\n\n")
    table, _, _ = rest.partition(f"\n\n{END}")

    assert [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines()[2:]] == list(ROWS)


def test_it_is_written_between_the_markers_and_nothing_else_changes(tmp_path: Path):
    """Two phrases of the shipped rules are said in 36 s, one is charged, and one finding is on a line
    without: 100 false charges an hour."""
    calls, results = _a_set(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nbehind\n", encoding="utf-8")

    ended = CliRunner().invoke(main, [f"made up={calls}={results}", "--write", str(page)])

    assert (ended.exit_code, ended.output) == (0, "")
    cells = ("2", "0.50", "0.50", "0.50 / 0.50", "text 1", "100.0", "0.0", *("–",) * 4, "1")
    rows = [f"| {title} | {cell} |" for title, cell in zip(ROWS, cells, strict=True)]
    table = "\n".join(["| | made up |", "|---|---|", *rows])
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\n{table}\n\n{END}\nbehind\n"


def test_a_page_without_markers_is_left_alone(tmp_path: Path):
    calls, results = _a_set(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{END}\n{BEGIN}\n", encoding="utf-8")

    ended = CliRunner().invoke(main, [f"made up={calls}={results}", "--write", str(page)])

    assert ended.exit_code == 1
    assert f"expected {BEGIN} and behind it {END}, each once" in ended.output
    assert page.read_text(encoding="utf-8") == f"before\n{END}\n{BEGIN}\n"


def test_a_set_without_its_results_is_refused(tmp_path: Path):
    calls, results = _a_set(tmp_path)
    results.unlink()

    ended = CliRunner().invoke(main, [f"made up={calls}={results}"])

    assert ended.exit_code == 2
    assert "expected TITLE=CALLS=RESULTS, with a folder and a file" in ended.output


def _a_set(folder: Path) -> tuple[Path, Path]:
    """A call with two forbidden phrases and a polite line, and a result that finds the first, and
    something in the polite one."""
    calls = folder / "calls"
    calls.mkdir()
    lines = [
        {"role": "agent", "start": 1.0, "end": 3.0, "text": "这个我不知道", "tags": {"forbidden": ["我不知道"]}},
        {"role": "agent", "start": 5.0, "end": 7.0, "text": "你告也没用", "tags": {"forbidden": ["你告也没用"]}},
        {"role": "agent", "start": 9.0, "end": 11.0, "text": "请稍等", "tags": {}},
    ]  # fmt: skip
    (calls / "one.truth.json").write_text(json.dumps({"lines": lines}), encoding="utf-8")
    findings = (
        a_finding(kind="forbidden", role="agent", phrase="我不知道", start_s=1.5, end_s=2.5),
        a_finding(kind="forbidden", role="agent", phrase="等着瞧", start_s=9.5, end_s=10.5),
    )
    result = a_result(findings=findings)
    made = result_to_dict(result)
    made["recording"] |= {"path": "calls/one.wav", "duration_s": 36.0}
    results = folder / "results.jsonl"
    results.write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")
    return calls, results
