"""The ledger in sentences: who did what, about which call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.lexicon import Rule, name_finding, names_of_rules
from pipeline.people import FindingKey, ReviewAction
from pipeline.privacy import mask_text
from pipeline.review.action_view import clock, put_in_words
from pipeline.store import LedgerEntry

ACTIONS = {
    "scored": "评分", "rescored": "重新评分", "counts again": "恢复为有效结果", "acted": "复核操作", "undone": "撤销操作",
    "listened": "收听录音", "unmasked": "查看个人信息", "sampled": "抽检", "imported": "导入", "labelled": "标注语气",
    "begun": "日志开始", "quarantined": "隔离录音", "retried": "重试录音", "dropped": "放弃录音",
    "user added": "新建账号", "user changed": "修改账号", "hash renewed": "更新密码摘要", "logged in": "登录", "logged out": "退出",
    "log-in failed": "登录失败", "token added": "新建令牌", "token revoked": "停用令牌",
    "appealed": "提出申诉", "appeal decided": "处理申诉", "appeal withdrawn": "撤回申诉", "coached": "记录处理措施",
    "coaching answered": "答复措施", "coaching withdrawn": "撤回措施", "revised": "人工复核后重算",
    "event recorded": "登记事项", "event changed": "更正事项", "event withdrawn": "撤销事项",
    "event recorded again": "重新登记事项",
    "calibration begun": "开始校准", "calibration graded": "校准评分", "calibration closed": "结束校准",
    "promise noted": "登记承诺结果", "review only": "规则改为仅人工判定或恢复", "exported": "导出列表",
    "opened": "打开通话", "watched": "查看进行中的会话", "desk noted": "提醒坐席", "searched": "搜索号码", "erased": "依规删除", "erasure finished": "删除完成", "sound erased": "删除录音",
    "backed up": "备份", "restored": "从备份恢复", "sealed": "逐行封存",
    "encrypted": "加密数据库", "rekeyed": "更换数据库密钥", "decrypted": "取消数据库加密",
    "rule proposed": "提出规则建议", "proposal accepted": "采纳规则建议", "proposal refused": "不采纳规则建议",
    "proposal withdrawn": "撤回规则建议", "proposal undone": "撤销规则建议", "overlay written": "写入补充文件",
}  # fmt: skip
SUBJECTS = {
    "result": "结果", "call": "通话", "agent": "客服", "user": "账号", "appeal": "申诉", "sample": "抽检", "run": "运行",
    "recording": "录音", "rule": "规则", "token": "令牌", "calibration": "校准", "quarantine": "隔离区", "ledger": "操作日志", "list": "列表",
    "promise": "承诺", "event": "事项", "sheet": "评分表", "proposal": "规则建议", "live": "进行中的会话",
}  # fmt: skip
DETAILS = {
    "sha256": "摘要", "recording": "录音", "agent": "工号", "role": "角色", "before": "之前", "after": "之后", "reason": "理由",
    "address": "来自", "act": "操作号", "kind": "种类", "value": "内容", "appeal": "申诉", "path": "文件", "changed": "改动",
    "seed": "随机种子", "plan": "抽检方案", "calls": "通话", "masked": "已遮盖", "level": "级别", "outcome": "结果",
    "answer": "答复", "results_up_to": "此前结果", "label": "名称", "decision": "决定", "grade": "语气", "reviewer": "复核人",
    "coaching": "措施", "on": "日期", "note": "内容", "call": "通话", "item": "考核要素", "finding": "发现",
    "result_id": "结果", "start_s": "起（秒）", "end_s": "止（秒）", "labelled": "标注", "kept_at": "兑现时间",
    "due": "处理期限", "revised_of": "机器结果", "form": "摘要格式", "seconds": "有效秒数", "format": "格式", "rows": "行数",
    "filter": "条件", "agent_id": "工号", "active": "启用", "password": "密码", "must_change": "须改初始密码", "name": "姓名",
    "team": "班组", "title": "名称", "reviewers": "复核人", "points": "分数", "expires": "有效至", "token": "令牌", "event": "结果",
    "text": "文字", "to": "分配给", "mark": "标记", "settled": "处理完毕", "started_at": "开始时间", "queue": "队列",
    "customer_id": "客户", "rating": "满意度", "resolved": "是否解决", "complaints": "投诉", "praises": "表扬", "call_id": "通话编号",
    "date": "日期", "status": "状态", "promise": "承诺", "count": "件数", "calibration": "校准", "rule": "规则", "run": "运行",
    "view": "列表", "find": "查找", "since": "从", "until": "到", "least": "不低于", "most": "不高于", "verdict": "结论",
    "reviewed": "已复核", "topic": "话题", "sort": "排序", "up": "升序", "actor": "操作人", "action": "操作", "subject": "对象",
    "period": "时段", "proposal": "规则建议", "changes": "改动", "results": "结果", "talks": "未结束的会话", "scope": "用途范围",
}  # fmt: skip

OUTCOMES: dict[object, str] = {
    "upheld": "申诉成立",
    "changed": "改分",
    "rejected": "维持原判",
    "withdrawn": "已撤回",
}
ROLES: dict[object, str] = {
    "agent": "客服",
    "qa": "质检员",
    "supervisor": "主管",
    "admin": "管理员",
    "auditor": "审计",
}
WORDS: dict[object, str] = {
    True: "是", False: "否", None: "无", "xlsx": "XLSX", "csv": "CSV", **ROLES, **OUTCOMES, "confirmed": "确认",
    "refused": "驳回", "good": "优秀示例", "coaching": "辅导案例", "calm": "平和", "raised": "偏高", "flat": "平淡",
}  # fmt: skip
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
LONGEST = 400


@dataclass(frozen=True, slots=True)
class LedgerNames:
    """What sentences name things by. ``calls``: effective result and call id, by SHA-256;
    ``results``: the SHA-256 of the call of a result; ``acts``: review actions by id."""

    calls: Mapping[str, tuple[int, str | None]]
    results: Mapping[int, str]
    acts: Mapping[int, ReviewAction]
    items: Mapping[str, str]
    rules: Mapping[str, Rule]

    def call_of(self, subject: str) -> tuple[int, str] | None:
        """Result and name of the call that an entry is about."""
        kind, _, rest = subject.partition(" ")
        sha256 = rest
        if kind == "result" and rest.isdecimal():
            sha256 = self.results.get(int(rest), "")
        found = self.calls.get(sha256) if kind in ("call", "result") else None
        return found and (found[0], found[1] or f"通话 {found[0]}")


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """``text``: what was done, with all personal data masked; ``call``: result and name of the call
    it is about; ``subject``: what else it is about."""

    text: str
    call: tuple[int, str] | None
    subject: str


def put_entry(entry: LedgerEntry, names: LedgerNames) -> LedgerLine:
    """An entry as a sentence without its actor."""
    call = names.call_of(entry.subject)
    kind, _, rest = entry.subject.partition(" ")
    subject = "" if call or kind == "ledger" else f"{SUBJECTS.get(kind, kind)} {rest}".strip()
    told = _TOLD.get(entry.action, _plainly)(entry, names)
    masked = mask_text(_DIGEST.sub(r"\1…", told)[:LONGEST])
    shown = call and (call[0], mask_text(call[1]))
    return LedgerLine(masked, shown, mask_text(_DIGEST.sub(r"\1…", subject)))


def _plainly(entry: LedgerEntry, names: LedgerNames) -> str:
    details = "；".join(
        f"{DETAILS.get(name, '其他')}：{_value(value)}"
        for name, value in entry.detail.items()
        if value not in (None, "", {}, []) and name not in HIDDEN
    )
    name = ACTIONS.get(entry.action, "其他操作")
    return f"{name}（{details}）" if details else name


HIDDEN = (
    "sha256",
    "form",
    "recording",
    "results_up_to",
    "act",
    "appeal",
    "seed",
    "revision",
    "revised_of",
)
"""Digests and numbers that only ``callqa verify`` reads."""


def _value(value: Any) -> str:
    """A value of a detail in words.

    >>> _value({"role": ["agent", "qa"]}), _value(True)
    ('角色 客服 → 质检员', '是')
    """
    if isinstance(value, Mapping):
        parts = (
            f"{DETAILS.get(name, '其他')} {_value(one)}" for name, one in value.items() if name not in HIDDEN
        )  # fmt: skip
        return "，".join(parts)
    if isinstance(value, list):
        between = " → " if len(value) == CHANGE else "、"
        return between.join(_value(one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    return WORDS.get(value, str(value))


CHANGE = 2
"""A value before and after."""


def _acted(entry: LedgerEntry, names: LedgerNames) -> str:
    value, kind = entry.detail.get("value"), entry.detail.get("kind")
    if not isinstance(value, Mapping) or not isinstance(kind, str):
        return _plainly(entry, names)
    action = ReviewAction(0, "", 0, kind, value, entry.actor, entry.at)  # type: ignore[arg-type]
    try:
        told = put_in_words(action, names.items, names.rules, masked=True).what
    except (KeyError, TypeError):  # of an older version
        return _plainly(entry, names)
    appeal = entry.detail.get("appeal")
    return f"{told}（申诉 {appeal}）" if appeal else told


def _undone(entry: LedgerEntry, names: LedgerNames) -> str:
    action = names.acts.get(entry.detail.get("act", 0))
    if action is None:
        return "撤销操作"
    return f"撤销“{put_in_words(action, names.items, names.rules, masked=True).what}”"


def _appealed(entry: LedgerEntry, names: LedgerNames) -> str:
    key, level = entry.detail.get("finding"), entry.detail.get("level", 1)
    about = "整通电话"
    if key:
        one = FindingKey(**key)
        about = name_finding(one, names_of_rules(names.rules.values())) + (
            "" if one.kind == "missing" else f" {clock(one.start_s)}"
        )
    what = "提出复核申诉" if level > 1 else "提出申诉"
    return f"{what}：{about}，理由：{entry.detail.get('reason', '')}"


def _decided(entry: LedgerEntry, names: LedgerNames) -> str:
    outcome = OUTCOMES.get(entry.detail.get("outcome", ""), "")
    if entry.detail.get("outcome") == "withdrawn":
        return "撤回申诉"
    return f"处理申诉 {entry.detail.get('appeal', '')}：{outcome}，意见：{entry.detail.get('answer', '')}"


def _listened(entry: LedgerEntry, names: LedgerNames) -> str:
    return "收听录音" if entry.detail.get("masked", True) else "收听录音（未遮盖个人信息）"


def _unmasked(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"查看个人信息，理由：{entry.detail.get('reason', '')}"


def _review_only(entry: LedgerEntry, names: LedgerNames) -> str:
    done = "改为仅人工判定" if entry.detail.get("on") else "恢复由机器确认"
    return f"{done}，理由：{entry.detail.get('reason', '')}"


_TOLD: Mapping[str, Callable[[LedgerEntry, LedgerNames], str]] = {
    "acted": _acted,
    "undone": _undone,
    "appealed": _appealed,
    "appeal decided": _decided,
    "listened": _listened,
    "unmasked": _unmasked,
    "review only": _review_only,
}
