"""A site's work from the command line: chats in, corrected, scored again, compared, sampled,
reported, verified."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from pipeline.commands.main import main
from pipeline.jobs.basis import load_basis
from pipeline.jobs.correct import Corrector
from pipeline.lexicon import LEXICON_FOLDER
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import Period
from tests.builders import a_decision

CHATS = "会话编号,发送时间,角色,消息内容,工号,客户编号,队列\n" + "".join(
    f"c{n},2026-11-{n % 28 + 1:02d} 09:{n:02d}:00,客户,我要退款，电话13800138000,{8001 + n % 3},13912345678,咨询\n"
    f"c{n},2026-11-{n % 28 + 1:02d} 09:{n:02d}:20,客服,{'这个不归我管，去营业厅问问看吧' if n % 4 == 0 else '您好，请稍等'},{8001 + n % 3},13912345678,咨询\n"
    f"c{n},2026-11-{n % 28 + 1:02d} 09:{n:02d}:50,客服,再见,{8001 + n % 3},13912345678,咨询\n"
    for n in range(24)
)


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


def first_row(sql: str) -> tuple[object, ...]:
    with closing(sqlite3.connect("callqa.db")) as db:
        row: tuple[object, ...] = db.execute(sql).fetchone()
    return row


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """24 chats of three agents in callqa.db, in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("chats.csv").write_text(CHATS, encoding="utf-8")
    ran = run("import", "texts", "chats.csv")
    assert (ran.exit_code, ran.stdout) == (0, "24 written conversations scored; 0 files failed.\n")
    return tmp_path


def test_the_same_chats_again_add_nothing(site: Path):
    run("import", "texts", "chats.csv")

    assert first_row("SELECT count(*) FROM results") == (24,)


def test_a_bad_file_is_named_and_the_others_are_taken(site: Path):
    Path("bad.json").write_text("{", encoding="utf-8")
    Path("more.csv").write_text(CHATS.replace("c", "d"), encoding="utf-8")

    ran = run("import", "texts", "bad.json", "more.csv")

    assert (ran.exit_code, ran.stdout) == (1, "24 written conversations scored; 1 files failed.\n")
    assert "bad.json" in ran.stderr


@pytest.mark.long
def test_a_line_that_begins_with_a_sign_does_not_keep_the_chats_behind_it_from_being_read(
    site: Path,
):
    signs = [f"{sign}{text}" for sign in ("“", "【", "😊") for text in ("", "好的")]
    lines = "".join(f"s{n},2026-11-02 09:0{n}:00,客服,{said}\n" for n, said in enumerate(signs))
    Path("signs.csv").write_text(f"会话编号,发送时间,角色,消息内容\n{lines}", encoding="utf-8")
    Path("more.csv").write_text(CHATS.replace("c", "d"), encoding="utf-8")

    ran = run("import", "texts", "signs.csv", "more.csv")

    assert (ran.exit_code, ran.stdout) == (0, "30 written conversations scored; 0 files failed.\n")


def test_answers_are_compared_with_the_facts_of_the_sites_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(LEXICON_FOLDER, "mine")
    Path("callqa.toml").write_text('[site]\nlexicons = "mine"\n', encoding="utf-8")
    Path("chats.csv").write_text(
        "会话编号,发送时间,角色,消息内容,工号\n"
        "k1,2026-11-02 09:00:00,客户,请问收视费一个月多少钱,8001\n"
        "k1,2026-11-02 09:00:20,客服,您好，收视费每月30元,8001\n",
        encoding="utf-8",
    )
    file = Path("mine/knowledge/example.yaml")
    file.write_text(
        file.read_text(encoding="utf-8").replace("example: true\n", ""), encoding="utf-8"
    )
    run("import", "texts", "chats.csv")
    run("report", "month", "--month", "2026-11")

    shown = run("show", "k1").stdout
    assert "beside the total: 业务知识  60/100" in shown
    assert "customer 00:00“请问收视费一个月多少钱”  agent 00:20“收视费每月30元”" in shown
    assert "业务知识掌握程度" in Path("out/month-2026-11/index.html").read_text(encoding="utf-8")
    assert run("verify").exit_code == 0


def test_search_masks_and_finds(site: Path):
    ran = run("search", "退款", "--limit", 2)

    assert ran.stdout.splitlines()[0].endswith("customer: 我要退款，电话138****8000")
    assert "2 calls, 2 places found." in ran.stderr


@pytest.mark.long
def test_what_is_shown_unmasked_is_in_the_ledger_with_its_reason(site: Path):
    ran = run("search", "退款", "--unmasked", "申诉 17")

    assert "13800138000" in ran.stdout
    (detail,) = first_row("SELECT detail FROM ledger WHERE action = 'unmasked'")
    assert json.loads(str(detail)) == {"reason": "申诉 17", "text": "退款"}
    assert run("search", "退款", "--unmasked", " ").exit_code == 2


def test_show_masks_too(site: Path):
    assert "138****8000" in run("show", "c1").stdout
    assert "13800138000" not in run("show", "c1", "--json").stdout
    assert "13800138000" in run("show", "c1", "--json", "--unmasked", "申诉").stdout


def test_a_new_sheet_is_tried_put_in_force_and_compared(site: Path):
    folder = Path("mine")
    (folder / "scoring").mkdir(parents=True)
    for file in LEXICON_FOLDER.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    sheet = folder / "scoring" / "default.yaml"
    text = (LEXICON_FOLDER / "scoring" / "default.yaml").read_text(encoding="utf-8")
    sheet.write_text(
        text.replace("rule: missing.greeting, points: 8", "rule: missing.greeting, points: 30"),
        encoding="utf-8",
    )

    tried = json.loads(run("simulate", sheet, "--json").stdout)
    assert (tried["before"]["calls"], tried["after"]["calls"]) == (24, 24)
    assert tried["after"]["mean_total"] < tried["before"]["mean_total"]
    assert first_row("SELECT count(*) FROM results") == (24,)

    ran = run("rescore", "--lexicons", folder, "--note", "问候更重")
    # six agents' chats say 不归我管 and no 您好: 8 points become 30
    assert ran.stdout.startswith("Run 2: 24 calls scored again, 6 changed.")
    changes = json.loads(run("diff", 1, 2, "--json").stdout)
    assert len(changes) == 6
    assert all(change["new_total"] < change["old_total"] for change in changes)
    assert "问候更重" in run("runs").stdout
    assert run("verify").exit_code == 0


def test_diff_also_reads_result_files(site: Path):
    lines = [run("show", f"c{n}", "--json").stdout.strip() for n in range(3)]
    Path("a.jsonl").write_text("\n".join(lines), encoding="utf-8")

    assert run("diff", "a.jsonl", "a.jsonl").stdout == "Nothing changed.\n"
    assert run("diff", "a.jsonl", "no.jsonl").exit_code == 2
    assert run("diff", 1, 9).exit_code == 2


@pytest.mark.long
def test_ratings_are_imported_and_count_with_the_next_scoring(site: Path):
    Path("r.csv").write_text(
        "通话编号,满意度,表扬\nc1,5,1\nc2,不满意,\nzz,5,\n", encoding="gb18030"
    )

    ran = run("import", "calls", "r.csv")

    assert (ran.exit_code, ran.stdout) == (1, "2 calls changed, 0 calls are as they were.\n")
    assert "no such call: r.csv, line 4: zz" in ran.stderr
    run("rescore")
    shown = json.loads(run("show", "c1", "--json").stdout)
    assert shown["outcome"] == {"rating": 5.0, "resolved": None, "praises": 1, "complaints": None}
    assert [extra["name"] for extra in shown["score"]["extras"]] == ["被客户表扬"]


def test_an_agents_number_that_a_spreadsheet_changed_moves_no_call(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("chats.csv").write_text(
        "会话编号,角色,内容,工号\nc1,客户,在吗,0812\nc1,客服,您好,0812\n", encoding="utf-8"
    )
    run("import", "texts", "chats.csv")
    Path("r.csv").write_text("通话编号,工号,满意度\nc1,812,5\n", encoding="utf-8")
    Path("f.csv").write_text("通话编号,工号,满意度\nc1,812.0,3\n", encoding="utf-8")
    Path("g.csv").write_text("通话编号,工号,满意度\nc1,0812.0,4\n", encoding="utf-8")

    strict, ran = run("import", "calls", "r.csv", "--strict"), run("import", "calls", "r.csv")
    decimal, right = run("import", "calls", "f.csv"), run("import", "calls", "g.csv")

    assert (strict.exit_code, ran.exit_code, decimal.exit_code, right.exit_code) == (1, 1, 1, 0)
    assert (strict.stdout, ran.stdout) == ("", "1 calls changed, 0 calls are as they were.\n")
    assert "r.csv, line 2: nobody has the 工号 '812', but there is '0812'" in ran.stderr
    assert "f.csv, line 2: nobody has the 工号 '812', but there is '0812'" in decimal.stderr
    run("rescore")
    shown = json.loads(run("show", "c1", "--json").stdout)
    assert (shown["call"]["agent_id"], shown["outcome"]["rating"]) == ("0812", 4.0)


def test_samples_repeat_and_leave_out_what_was_drawn(site: Path):
    ask = ("sample", "--per-agent", 2, "--least-seconds", 0, "--json", "--seed", 5)

    dry = json.loads(run(*ask, "--dry-run").stdout)
    first, second = json.loads(run(*ask).stdout), json.loads(run(*ask).stdout)

    assert dry == first
    assert len(first) == 6
    assert not {one["sha256"] for one in first} & {one["sha256"] for one in second}
    assert run("sample", "--random-share", 2).exit_code == 2


def test_a_reviewed_sample_says_what_share_of_all_calls_has_faults(site: Path):
    drawn = json.loads(
        run(
            "sample",
            "--per-agent",
            2,
            "--random-share",
            1,
            "--doubtful-share",
            0,
            "--least-seconds",
            0,
            "--json",
        ).stdout
    )
    with Store.open("callqa.db") as store:
        wrong = [r for r in store.calls.records() if r.sha256 in {d["sha256"] for d in drawn}]
    rude = sum(record.forbidden > 0 for record in wrong)

    found = json.loads(run("sample", "--rates", 1, "--json").stdout)

    # each of three agents has 8 calls, so that each random call stands for as many
    assert (found["random"], found["reviewed"]) == (6, 0)
    assert (found["rates"]["说了禁语"]["k"], found["rates"]["说了禁语"]["estimate"]) == (
        rude,
        pytest.approx(rude / 6),
    )
    assert (
        "sample number 1: 6 calls drawn at random, 0 reviewed" in run("sample", "--rates", 1).stdout
    )
    assert run("sample", "--rates", 7).exit_code == 2


@pytest.mark.long
def test_reports_are_written_masked_with_their_tables(site: Path):
    Path("agents.csv").write_text(
        "工号,姓名,班组\n8001,张三,一班\n8002,李四,一班\n", encoding="utf-8"
    )
    run("import", "agents", "agents.csv")

    month = run("report", "month", "--month", "2026-11", "--table", "csv", "--table", "jsonl")
    agent = run("report", "agent", "8001", "--month", "2026-11", "--table", "xlsx")
    same = run("report", "same", "--month", "2026-11")
    day = run("report", "day", "--date", "2026-11-05")

    assert (month.exit_code, agent.exit_code, same.exit_code, day.exit_code) == (0, 0, 0, 0)
    page = Path(agent.stdout.strip()).read_text(encoding="utf-8")
    assert "客服服务质量测评表" in page
    assert "张三" in page
    assert Path("out/month-2026-11/8001.xlsx").exists()
    table = Path("out/month-2026-11/calls.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert (len(rows), rows[0]["客户"]) == (24, "139****5678")
    assert "13912345678" not in "".join(
        p.read_text(encoding="utf-8") for p in Path("out").rglob("*.[hj]*") if p.is_file()
    )
    assert "四个一样" in Path(same.stdout.strip()).read_text(encoding="utf-8")


@pytest.mark.long
def test_an_export_goes_by_its_ending(site: Path):
    assert run("report", "export", "calls.parquet", "--month", "2026-11").exit_code == 0
    assert run("report", "export", "calls.txt").exit_code == 2
    assert run("report", "agent", "9999", "--month", "2026-11").exit_code == 2
    assert run("report", "agent", "--month", "2026-11").exit_code == 2
    assert run("report", "month", "--month", "2026-13").exit_code == 2


def test_one_altered_byte_is_found_by_verify(site: Path):
    head = run("verify").stdout.splitlines()[-1]
    raw = sqlite3.connect("callqa.db")
    raw.execute("UPDATE results SET total = 100 WHERE id = 5")
    raw.commit()
    raw.close()

    ran = run("verify", "--expect", head)

    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[0] == "result 5: was altered after it was saved"
    assert run("verify", "--ledger-only").exit_code == 0


@pytest.fixture
def refused(site: Path) -> float:
    """The total of c0 after a supervisor refused that its agent shirked."""
    with Store.open("callqa.db") as store:
        number = store.results.id_of("c0")
        assert number is not None
        faults = [
            a_decision(f) for f in store.results.get(number).findings if f.rule == "forbidden.shirk"
        ]
        assert faults
        reviser = Corrector.load(store, load_basis(Settings()))
        counting = reviser.act(store, number, faults, actor="wang", at="2026-11-29T09:00:00+00:00")
        total = store.results.get(counting).score.total
    assert total is not None
    return total


def total_of(call: str) -> float:
    total: float = json.loads(run("show", call, "--json").stdout)["score"]["total"]
    return total


@pytest.mark.long
def test_decisions_outlive_a_new_sheet_and_chats_that_are_read_again(refused: float):
    assert total_of("c0") == refused
    machine = total_of("c4")
    assert machine < refused

    run("import", "texts", "chats.csv")
    assert (total_of("c0"), total_of("c4")) == (refused, machine)

    text = (LEXICON_FOLDER / "scoring" / "default.yaml").read_text(encoding="utf-8")
    Path("new.yaml").write_text(text.replace("points: rule", "points: 15"), encoding="utf-8")
    simulated = json.loads(run("simulate", "new.yaml", "--json").stdout)
    assert simulated["after"]["mean_total"] < simulated["before"]["mean_total"]

    assert "24 calls scored again, 0 changed" in run("rescore").stdout
    assert (total_of("c0"), total_of("c4")) == (refused, machine)
    assert run("verify").exit_code == 0


@pytest.mark.long
def test_a_diff_says_what_the_machine_scores_otherwise_and_not_what_people_did(
    refused: float, site: Path
):
    lexicons = site / "lexicons"
    shutil.copytree(LEXICON_FOLDER, lexicons)
    sheet = lexicons / "scoring" / "default.yaml"
    sheet.write_text(
        sheet.read_text(encoding="utf-8").replace("points: rule", "points: 15"), encoding="utf-8"
    )

    run("rescore", "--lexicons", lexicons)

    changed = {change["call"]: change for change in json.loads(run("diff", 1, 2, "--json").stdout)}
    assert changed["c0"]["old_total"] == changed["c4"]["old_total"] < refused
    assert total_of("c0") == refused
    assert [line.split("\t")[3] for line in run("runs").stdout.splitlines()] == ["24", "24"]


@pytest.mark.long
def test_a_quarter_has_a_page_a_workbook_with_real_dates_and_each_agents_sheet(site: Path):
    ran = run("report", "quarter", "--quarter", "2026-Q4", "--table", "xlsx")

    assert (ran.exit_code, ran.stdout) == (0, "out/quarter-2026-Q4/index.html\n")
    assert "2026 年第四季度 客服质检" in Path("out/quarter-2026-Q4/index.html").read_text("utf-8")
    book = openpyxl.load_workbook("out/quarter-2026-Q4/calls.xlsx")
    assert book.sheetnames == [
        "通话",
        "客服",
        "班组",
        "处理措施",
        "话题",
        "其他话题",
        "月度考核",
        "事项",
    ]
    calls, agents = book["通话"], book["客服"]
    heads = [cell.value for cell in calls[2]]
    assert isinstance(calls.cell(3, heads.index("开始时间") + 1).value, datetime)
    assert isinstance(calls.cell(3, heads.index("服务态度") + 1).value, (int, float))
    assert [row[0].value for row in agents.iter_rows(min_row=3)] == ["8001", "8002", "8003"]
    assert run("report", "agent", "8001", "--quarter", "2026-Q4").exit_code == 0
    assert Path("out/quarter-2026-Q4/8001.html").exists()


def test_each_period_has_its_page(site: Path):
    keys = {"week": "2026-W46", "month": "2026-11", "year": "2026"}
    said = [run("report", kind, f"--{kind}", key).stdout for kind, key in keys.items()]

    assert said == [f"out/{kind}-{key}/index.html\n" for kind, key in keys.items()]


@pytest.mark.long
def test_the_command_says_that_this_month_has_not_ended_and_last_month_is_final(site: Path):
    month = Period.around("month", datetime.now().date())
    ran = run("report", "month", "--month", month.key)
    before = run("report", "month", "--month", month.previous.key)
    today = datetime.now().date()

    told = f"the month has not ended; scores are as of {today} and may change."
    assert (ran.exit_code, told in ran.stderr) == (0, True)
    assert f"本月未结束，得分为暂计，截至 {today}" in Path(ran.stdout.strip()).read_text("utf-8")
    assert "not ended" not in before.stderr
    assert "未结束" not in Path(before.stdout.strip()).read_text("utf-8")


def test_samples_their_rates_and_the_four_the_same_take_a_quarter(site: Path):
    drawn = run("sample", "--quarter", "2026-Q4", "--per-agent", 2)

    assert len(drawn.stdout.splitlines()) == 6
    assert run("sample", "--quarter", "2026-Q3", "--per-agent", 2).stdout == ""
    assert "at random" in run("sample", "--rates", 1).stdout
    assert run("report", "same", "--quarter", "2026-Q4").stdout == "out/same-2026-Q4.html\n"
    assert "2026 年第四季度" in Path("out/same-2026-Q4.html").read_text("utf-8")


WRONG_PERIODS = [
    (("quarter", "--quarter", "2026-Q5"), "--quarter '2026-Q5' is no quarter; expected one such as 2026-Q3"),
    (("quarter", "--quarter", "2026-11"), "--quarter '2026-11' is no quarter"),
    (("week", "--week", "2027-W53"), "--week '2027-W53' is no week; expected one such as 2026-W47"),
    (("month", "--month", "2026-13"), "--month '2026-13' is no month; expected one such as 2026-11"),
    (("year", "--year", "99999"), "--year '99999' is no year"),
    (("agent", "8001", "--month", "2026-11", "--year", "2026"), "--month and --year were given"),
    (("agent", "8001", "--quarter", "2026-Q1"), "8001: no calls and no events in 2026 年第一季度"),
    (("quarter", "--quarter", "2026-Q4", "--out", "chats.csv/x"), "cannot be written"),
    (("export", "a.csv", "--month", "2026-11", "--since", "2026-11-02"), "--month and --since or --until"),
]  # fmt: skip


def test_a_period_that_is_none_is_said_and_nothing_is_written(site: Path):
    ran = {given: run("report", *given) for given, _ in WRONG_PERIODS}

    assert {one.exit_code for one in ran.values()} == {2}
    assert [
        ran[given].stderr for given, said in WRONG_PERIODS if said not in ran[given].stderr
    ] == []
    assert not Path("out").exists()


@pytest.mark.long
def test_complaints_with_levels_count_on_the_month_and_lead_to_their_calls(site: Path):
    settings = Path("callqa.toml")
    before = settings.read_text(encoding="utf-8") if settings.exists() else ""
    settings.write_text(
        before + '\n[review]\nbase_url = "https://qa.example.cn/"\n', encoding="utf-8"
    )
    call = json.loads(run("sample", "--per-agent", "1", "--json").stdout)[0]
    Path("c.csv").write_text(
        f"通话编号,投诉级别,心情\n{call['call']},省公司,差\n", encoding="utf-8"
    )

    first, again = run("import", "calls", "c.csv"), run("import", "calls", "c.csv")
    page = run("report", "agent", call["agent"], "--month", "2026-11")

    assert ("1 added" in first.stdout, "1 as they were" in again.stdout) == (True, True)
    assert "these columns were not read: 心情" in first.stderr
    text = Path(page.stdout.strip()).read_text(encoding="utf-8")
    assert "升级投诉（核查有效）（1 次）" in text
    assert '<a href="https://qa.example.cn/calls/' in text
    Path("bad.csv").write_text(
        f"通话编号,满意度,投诉级别\n{call['call']},1,部长\n", encoding="utf-8"
    )
    refused = run("import", "calls", "bad.csv")
    assert refused.exit_code == 1
    assert "bad.csv, line 2: the level is '部长'" in refused.stderr
