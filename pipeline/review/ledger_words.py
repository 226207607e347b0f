"""The words of the ledger: its actions, subjects and details in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeAlias

from pipeline.lexicon import Rule, name_finding, names_of_rules
from pipeline.people import ROLE_NAMES, FindingKey, ReviewAction
from pipeline.review.action_view import clock
from pipeline.store import LedgerEntry

ACTIONS = {
    "scored": "评分", "rescored": "重新评分", "counts again": "恢复为有效结果", "acted": "复核操作", "undone": "撤销操作",
    "listened": "收听录音", "unmasked": "查看个人信息", "sampled": "抽检", "imported": "导入", "labelled": "标注语气",
    "begun": "日志开始", "quarantined": "隔离录音", "retried": "重试录音", "dropped": "放弃录音",
    "user added": "新建账号", "user changed": "修改账号", "hash renewed": "更新密码摘要", "logged in": "登录", "logged out": "退出",
    "log-in failed": "登录失败", "second factor set": "启用两步验证", "second factor removed": "关闭两步验证",
    "second factor reset": "重置两步验证", "recovery code used": "使用恢复码", "token added": "新建令牌", "token revoked": "停用令牌",
    "appealed": "提出申诉", "appeal decided": "处理申诉", "appeal withdrawn": "撤回申诉", "coached": "记录处理措施",
    "coaching answered": "答复措施", "coaching withdrawn": "撤回措施", "revised": "人工复核后重算",
    "event recorded": "登记事项", "event changed": "更正事项", "event withdrawn": "撤销事项",
    "event recorded again": "重新登记事项",
    "calibration begun": "开始校准", "calibration graded": "校准评分", "calibration closed": "结束校准",
    "promise noted": "登记承诺结果", "review only": "规则改为仅人工判定或恢复", "exported": "导出列表",
    "opened": "打开通话", "watched": "查看进行中的会话", "desk noted": "提醒客服", "searched": "搜索号码", "erased": "依规删除", "erasure finished": "删除完成", "sound erased": "删除录音",
    "backed up": "备份", "restored": "从备份恢复", "sealed": "逐行封存",
    "encrypted": "加密数据库", "rekeyed": "更换数据库密钥", "decrypted": "取消数据库加密",
    "rule proposed": "提出规则建议", "proposal accepted": "采纳规则建议", "proposal refused": "不采纳规则建议",
    "run": "批量重新评分", "proposal withdrawn": "撤回规则建议", "proposal undone": "撤销规则建议", "overlay written": "写入补充文件",
}  # fmt: skip
SUBJECTS = {
    "result": "结果", "call": "通话", "agent": "客服", "user": "账号", "appeal": "申诉", "sample": "抽检", "run": "运行",
    "recording": "录音", "rule": "规则", "token": "令牌", "calibration": "校准", "quarantine": "隔离区", "ledger": "操作日志", "list": "列表",
    "promise": "承诺", "event": "事项", "sheet": "评分表", "proposal": "规则建议", "backup": "备份", "database": "数据库", "rows": "数据行", "calls": "通话", "coaching": "处理措施", "live": "进行中的会话",
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
    "day": "日期", "repeat": "二次", "agent_name": "姓名", "period": "时段", "proposal": "规则建议", "changes": "改动", "results": "结果", "talks": "未结束的会话", "scope": "用途范围",
}  # fmt: skip

OUTCOMES: dict[object, str] = {
    "upheld": "申诉成立",
    "changed": "改分",
    "rejected": "维持原判",
    "withdrawn": "已撤回",
}
ROLES: dict[object, str] = dict(ROLE_NAMES.items())
WORDS: dict[object, str] = {
    True: "是", False: "否", None: "无", "xlsx": "XLSX", "csv": "CSV", **ROLES, **OUTCOMES, "confirmed": "确认",
    "refused": "驳回", "good": "优秀示例", "coaching": "辅导案例", "calm": "平和", "raised": "偏高", "flat": "平淡",
    "waiting": "待复核", "sampled": "抽检任务", "appealed": "申诉中", "mine": "我的", "flagged": "有提示", "all": "全部",
    "fatal": "一票否决", "forbidden": "有确认的禁语", "review": "有待复核的发现", "told": "客户反映", "urgency": "质检提示", "time": "时间",
    "duration": "时长", "attitude": "服务态度", "total": "总分", "name": "姓名", "calls": "通话", "role": "角色",
    "open": "待处理", "overdue": "逾期", "closed": "已办结", "plain": "明文",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LedgerNames:
    """What sentences name things by. ``calls``: effective result and call id, by SHA-256;
    ``results``: the SHA-256 of the call of a result; ``acts``: review actions by id; ``sheets``: names of sheets by id; ``proposals``:
    what each asks for, in words; ``events``: kinds of events by id."""

    calls: Mapping[str, tuple[int, str | None]]
    results: Mapping[int, str]
    acts: Mapping[int, ReviewAction]
    items: Mapping[str, str]
    rules: Mapping[str, Rule]
    sheets: Mapping[str, str]
    proposals: Mapping[int, str]
    events: Mapping[str, str]

    def call_of(self, subject: str) -> tuple[int, str] | None:
        """Result and name of the call that an entry is about."""
        kind, _, rest = subject.partition(" ")
        sha256 = rest
        if kind == "result" and rest.isdecimal():
            sha256 = self.results.get(int(rest), "")
        found = self.calls.get(sha256) if kind in ("call", "result") else None
        return found and (found[0], found[1] or f"通话 {found[0]}")


def put_details(detail: Mapping[str, Any]) -> str:
    """All that a detail says in words: name and value of each."""
    return "；".join(
        f"{DETAILS.get(name, '其他')}：{value_in_words(value)}"
        for name, value in detail.items()
        if value not in (None, "", {}, []) and name not in HIDDEN
    )


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


def value_in_words(value: Any) -> str:
    """A value of a detail in words.

    >>> value_in_words({"role": ["agent", "qa"]}), value_in_words(True)
    ('角色 客服 → 质检员', '是')
    """
    if isinstance(value, Mapping):
        parts = (
            f"{DETAILS.get(name, '其他')} {value_in_words(one)}" for name, one in value.items() if name not in HIDDEN
        )  # fmt: skip
        return "，".join(parts)
    if isinstance(value, list):
        between = " → " if len(value) == CHANGE else "、"
        return between.join(value_in_words(one) for one in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    return WORDS.get(value, str(value))


CHANGE = 2
"""A value before and after."""


Sentence: TypeAlias = Callable[[LedgerEntry, LedgerNames], str]
"""Puts an entry in words, without its actor."""


def unknown_action(entry: LedgerEntry, names: LedgerNames) -> str:
    """Of an action that this version does not know."""
    details = put_details(entry.detail)
    name = ACTIONS.get(entry.action, "其他操作")
    return f"{name}（{details}）" if details else name


def said(text: str) -> Sentence:
    def told(_: LedgerEntry, __: LedgerNames) -> str:
        return text

    return told


def with_detail(detail: Mapping[str, Any], name: str, word: str) -> str:
    """``，理由：…`` where a detail has it."""
    value = detail.get(name)
    return f"，{word}：{value_in_words(value)}" if value not in (None, "", [], {}) else ""


def of_user(entry: LedgerEntry) -> str:
    return entry.subject.partition(" ")[2]


def many(detail: Mapping[str, Any], name: str) -> int:
    value = detail.get(name, 0)
    return value if isinstance(value, int) else len(value or ())


def named_file(entry: LedgerEntry) -> str:
    name = PurePath(str(entry.detail.get("path") or "")).name
    return f" {name}" if name else ""


def finding_in_words(key: Mapping[str, Any], names: LedgerNames) -> str:
    one = FindingKey(**key)
    where = "" if one.kind == "missing" else f" {clock(one.start_s)}"
    return f"{name_finding(one, names_of_rules(names.rules.values()))}{where}"
