"""Every entry that the program writes into the ledger is a Chinese sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.lexicon import Rule
from pipeline.people import NewProposal
from pipeline.review.ledger_sentences import TOLD, put_entry
from pipeline.review.ledger_words import ACTIONS, LedgerNames
from pipeline.store import LedgerEntry
from pipeline.types import WordingChange
from tests.review.conftest import AT, Pages

STORE = Path(__file__).parents[2] / "pipeline"
ENGLISH = re.compile(r"[A-Za-z_]{3,}")
SHA256 = "a" * 64
KEY = {
    "rule": "forbidden.shirk", "kind": "forbidden", "role": "agent", "start_s": 6.2, "end_s": 7.0, "phrase": "不归我管",
}  # fmt: skip
NAMES = LedgerNames(
    {SHA256: (7, "2026-1")}, {7: SHA256}, {}, {"greeting": "问候"},
    {"forbidden.shirk": Rule("forbidden.shirk", "推诿", "forbidden", "D", "low", "agent")},
    {"default": "通用评分表"}, {3: "把“不归我管”加为规则“推诿”的例外"}, {"complaint": "投诉"},
)  # fmt: skip
CALL, USER = f"call {SHA256}", "user 王芳"
ENTRIES: dict[str, tuple[str, dict[str, Any], str]] = {
    "acted": (CALL, {"kind": "decide", "value": {"decision": "refused", "finding": KEY}}, "驳回 推诿“不归我管”（00:06）"),
    "undone": (CALL, {"act": 9, "kind": "decide"}, "撤销操作"),
    "appealed": (CALL, {"finding": KEY, "level": 1, "reason": "没说", "due": AT}, "提出申诉：推诿“不归我管” 00:06，理由：没说"),
    "appeal decided": (CALL, {"appeal": 2, "outcome": "upheld", "answer": "确实没说"}, "处理申诉 2：申诉成立，意见：确实没说"),
    "labelled": ("result 7", {"role": "agent", "start_s": 1, "end_s": 65, "grade": "raised"}, "把客服 00:01～01:05 的语气标为偏高"),
    "quarantined": ("recording 1.wav", {"path": "/a/1.wav", "reason": "/a/1.wav: cannot be read (Permission denied)"}, "隔离录音 1.wav，原因："),
    "imported": ("agent 8001", {"before": ["张敏", None], "after": ["张敏", "二班"]}, "导入客服 8001：张敏，二班（原为 张敏）"),
    "user added": (USER, {"role": "qa", "agent": None}, "新建账号 王芳，角色：质检员"),
    "user changed": (USER, {"role": ["qa", "supervisor"], "active": [True, False]}, "修改账号 王芳：角色：质检员 → 主管；启用：是 → 否"),
    "second factor reset": (USER, {"reason": "手机丢失"}, "重置 王芳 的两步验证，原因：手机丢失"),
    "token added": (USER, {"token": 3, "label": "报表", "expires": None}, "给 王芳 新建令牌“报表”，有效至：永久"),
    "coached": (CALL, {"coaching": 1, "kind": "reminder", "on": "2026-11-02", "note": "先致歉", "call": SHA256, "finding": KEY, "item": "greeting"},
        "记录提醒，日期：2026-11-02（推诿“不归我管” 00:06），考核要素：问候，内容：先致歉"),
    "event recorded": ("event 4", {"kind": "complaint", "day": "2026-11-02", "agent_id": "8001", "repeat": True, "origin": "page"}, "登记事项：“投诉”（日期：2026-11-02；工号：8001；二次：是）"),
    "event changed": ("event 4", {"before": {"level": "一级"}, "after": {"level": "二级"}}, "更正事项：级别：一级 改为 级别：二级"),
    "calibration begun": ("calibration 1", {"title": "十一月", "calls": [SHA256], "reviewers": ["王芳", "李雷"]}, "开始校准“十一月”，1 通，复核人：王芳、李雷"),
    "promise noted": ("promise 5", {"recording": SHA256, "start_s": 3.0, "outcome": "kept", "kept_at": AT, "reason": ""}, "登记承诺结果：已兑现"),
    "review only": ("rule forbidden.shirk", {"on": True, "reason": "常判错"}, "把规则改为仅人工判定，理由：常判错"),
    "exported": ("list 通话", {"format": "xlsx", "rows": 20, "filter": {"view": "all"}}, "导出列表“通话”，20 行，XLSX，条件：列表 全部"),
    "opened": (USER, {"results": [7, 7, 8], "since": AT, "until": AT}, "打开 2 通电话的页面"),
    "erased": ("calls", {"level": "whole", "reason": "客户要求", "calls": [SHA256]}, "依规删除 1 通电话的内容，原因：客户要求"),
    "backed up": ("backup", {"path": "/b/1.db", "bytes": 9, "entries": 12, "head": SHA256}, "备份到 1.db，操作日志 12 条"),
    "run": ("run 5", {"calls": 30, "changed": 2, "note": ""}, "批量重新评分 30 通，2 通有变化"),
    "sampled": ("sample 1", {"seed": 1, "plan": {"random_share": 0.5}, "calls": [SHA256]}, "抽出 1 通电话，列入抽检任务"),
    "rule proposed": ("rule forbidden.shirk", {"proposal": 3, "changes": [{}], "note": "误判", "result_id": 7}, "提出把“不归我管”加为规则“推诿”的例外（建议 3），理由：误判"),
    "proposal accepted": ("rule forbidden.shirk", {"proposal": 3, "reason": "同意"}, "采纳建议，把“不归我管”加为规则“推诿”的例外（建议 3），意见：同意"),
}  # fmt: skip


def written_actions() -> Iterator[str]:
    """The texts that the program gives as the action of an entry."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in STORE.rglob("*.py")}
    constants = dict(pair for tree in trees.values() for pair in _named_texts(tree))
    for path, tree in trees.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            given = [one.value for one in call.keywords if one.arg == "action"]
            if name.startswith("_note") or (name == "record" and "ledger" in ast.unparse(call)):
                given += call.args[:2]
            writes = name == "_note" or "ledger" in path.read_text(encoding="utf-8")
            for one in given if writes else ():
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
                elif isinstance(one, ast.Name) and one.id in constants:
                    yield constants[one.id]


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of a module that stand for a text, ``A, B = "a", "b"`` too."""
    for node in (one for one in tree.body if isinstance(one, ast.Assign)):
        names, values = node.targets[0], node.value
        pairs = (
            zip(names.elts, values.elts, strict=False)
            if isinstance(names, ast.Tuple) and isinstance(values, ast.Tuple)
            else [(names, values)]
        )
        for name, value in pairs:
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                yield name.id, str(value.value)


def entry(action: str, subject: str, detail: dict[str, Any]) -> LedgerEntry:
    return LedgerEntry(1, AT, "王芳", action, subject, detail, "h")


SUBJECTS = {"backup", "calls", "database", "ledger", "talks"}
"""What entries are about stands beside their actions."""


@pytest.mark.long
def test_each_action_that_is_written_has_its_sentence_and_its_name() -> None:
    written = set(written_actions()) - SUBJECTS

    assert {"acted", "erased", "sealed", "rule proposed", "run", "backed up"} <= written
    assert {"user added", "event changed", "second factor set", "coached", "sampled"} <= written
    assert written - TOLD.keys() == set()
    assert TOLD.keys() ^ ACTIONS.keys() == set()


@pytest.mark.parametrize("action", ENTRIES)
def test_an_entry_reads_as_a_sentence(action: str) -> None:
    subject, detail, told = ENTRIES[action]
    line = put_entry(entry(action, subject, detail), NAMES)

    assert line.text.startswith(told)
    assert not ENGLISH.search(re.sub(r"\w+\.(wav|db)|XLSX", "", line.text + line.subject))


@pytest.mark.parametrize("action", sorted(TOLD))
def test_an_entry_without_its_detail_has_a_sentence_too(action: str) -> None:
    """As one that was erased by right."""
    subject = ENTRIES.get(action, (USER, {}, ""))[0]

    assert not ENGLISH.search(put_entry(entry(action, subject, {}), NAMES).text)


def test_a_proposal_is_told_in_the_log_with_its_words(pages: Pages) -> None:
    change = WordingChange("forbidden.shirk", "exceptions", "不归我管的我也帮您问")
    pages.site.store.proposals.add(
        NewProposal((change,), "先帮客户问的不算"), actor="王芳", at=AT
    )  # fmt: skip

    page = pages.visit("auditor").get("/ledger?action=rule proposed").text
    assert (
        "提出把“不归我管的我也帮您问”加为规则“推诿”的例外（建议 1），理由：先帮客户问的不算" in page
    )
    assert "规则“推诿”" in page


def test_a_number_where_a_sentence_is_cut_is_masked_whole():
    reason = "因" * 380 + "客户电话13926584417，请复核"
    entry = LedgerEntry(1, AT, "王芳", "unmasked", CALL, {"reason": reason}, "0" * 64)

    assert "1392" not in put_entry(entry, NAMES).text
