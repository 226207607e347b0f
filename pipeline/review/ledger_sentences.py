"""The ledger in sentences: who did what, about which call. The actor stands before each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeAlias

from pipeline.lexicon import name_finding, names_of_rules
from pipeline.messages import in_chinese
from pipeline.people import COACHING_NAMES, FindingKey, ReviewAction
from pipeline.privacy import mask_text
from pipeline.review.action_view import GRADES, clock, put_in_words
from pipeline.review.ledger_words import (
    ACTIONS,
    OUTCOMES,
    ROLES,
    SUBJECTS,
    LedgerNames,
    put_details,
    value_in_words,
)
from pipeline.store import LedgerEntry

Told: TypeAlias = Callable[[LedgerEntry, LedgerNames], str]

LONGEST = 400
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")

KEPT = {"kept": "已兑现", "broken": "没有兑现", "void": "不是承诺"}


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
    told = TOLD.get(entry.action, _unknown)(entry, names)
    masked = mask_text(_DIGEST.sub(r"\1…", told)[:LONGEST])
    shown = call and (call[0], mask_text(call[1]))
    subject = "" if call else _subject(entry.subject, names)
    return LedgerLine(masked, shown, mask_text(_DIGEST.sub(r"\1…", subject)))


def _subject(subject: str, names: LedgerNames) -> str:
    kind, _, rest = subject.partition(" ")
    if kind in ("ledger", ""):
        return ""
    if kind == "rule" and rest in names.rules:
        return f"规则“{names.rules[rest].name}”"
    if kind == "sheet":
        return f"评分表“{names.sheets.get(rest, rest)}”"
    return f"{SUBJECTS.get(kind, '其他')} {rest}".strip()


def _unknown(entry: LedgerEntry, names: LedgerNames) -> str:
    """Of an action that this version does not know."""
    details = put_details(entry.detail)
    name = ACTIONS.get(entry.action, "其他操作")
    return f"{name}（{details}）" if details else name


def _said(text: str) -> Told:
    def told(_: LedgerEntry, __: LedgerNames) -> str:
        return text

    return told


def _with(detail: Mapping[str, Any], name: str, word: str) -> str:
    """``，理由：…`` where a detail has it."""
    value = detail.get(name)
    return f"，{word}：{value_in_words(value)}" if value not in (None, "", [], {}) else ""


def _of_user(entry: LedgerEntry) -> str:
    return entry.subject.partition(" ")[2]


def _many(detail: Mapping[str, Any], name: str) -> int:
    value = detail.get(name, 0)
    return value if isinstance(value, int) else len(value or ())


def _acted(entry: LedgerEntry, names: LedgerNames) -> str:
    value, kind = entry.detail.get("value"), entry.detail.get("kind")
    if not isinstance(value, Mapping) or not isinstance(kind, str):
        return _unknown(entry, names)
    action = ReviewAction(0, "", 0, kind, value, entry.actor, entry.at)  # type: ignore[arg-type]
    try:
        told = put_in_words(action, names.items, names.rules, masked=True).what
    except (KeyError, TypeError):  # of an older version
        return _unknown(entry, names)
    appeal = entry.detail.get("appeal")
    return f"{told}（申诉 {appeal}）" if appeal else told


def _undone(entry: LedgerEntry, names: LedgerNames) -> str:
    action = names.acts.get(entry.detail.get("act", 0))
    if action is None:
        return "撤销操作"
    return f"撤销“{put_in_words(action, names.items, names.rules, masked=True).what}”"


def _finding(key: Mapping[str, Any], names: LedgerNames) -> str:
    one = FindingKey(**key)
    where = "" if one.kind == "missing" else f" {clock(one.start_s)}"
    return f"{name_finding(one, names_of_rules(names.rules.values()))}{where}"


def _appealed(entry: LedgerEntry, names: LedgerNames) -> str:
    key, level = entry.detail.get("finding"), entry.detail.get("level", 1)
    about = _finding(key, names) if key else "整通电话"
    what = "提出复核申诉" if level > 1 else "提出申诉"
    return f"{what}：{about}{_with(entry.detail, 'reason', '理由')}"


def _decided(entry: LedgerEntry, names: LedgerNames) -> str:
    outcome = OUTCOMES.get(entry.detail.get("outcome", ""), "")
    if entry.detail.get("outcome") == "withdrawn":
        return "撤回申诉"
    number = entry.detail.get("appeal", "")
    return f"处理申诉 {number}：{outcome}{_with(entry.detail, 'answer', '意见')}"


def _listened(entry: LedgerEntry, names: LedgerNames) -> str:
    if entry.subject.startswith("live "):
        return "旁听进行中的通话"
    return "收听录音" if entry.detail.get("masked", True) else "收听录音（未遮盖个人信息）"


def _unmasked(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"查看个人信息{_with(entry.detail, 'reason', '理由')}"


def _review_only(entry: LedgerEntry, names: LedgerNames) -> str:
    done = "改为仅人工判定" if entry.detail.get("on") else "恢复由机器确认"
    return f"把规则{done}{_with(entry.detail, 'reason', '理由')}"


def _labelled(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    side = "客户" if detail.get("role") == "customer" else "客服"
    stretch = f"{clock(detail.get('start_s', 0))}～{clock(detail.get('end_s', 0))}"
    return f"把{side} {stretch} 的语气标为{GRADES.get(detail.get('grade', ''), '其他')}"


def _quarantined(entry: LedgerEntry, names: LedgerNames) -> str:
    reason = in_chinese(str(entry.detail.get("reason") or ""))
    return f"隔离录音{_named(entry)}{'，原因：' if reason else ''}{reason}"


def _file(verb: str) -> Told:
    def told(entry: LedgerEntry, _: LedgerNames) -> str:
        return f"{verb}{_named(entry)}"

    return told


def _named(entry: LedgerEntry) -> str:
    name = PurePath(str(entry.detail.get("path") or "")).name
    return f" {name}" if name else ""


def _user_added(entry: LedgerEntry, names: LedgerNames) -> str:
    role = ROLES.get(entry.detail.get("role"), "")
    return f"新建账号 {_of_user(entry)}，角色：{role}{_with(entry.detail, 'agent', '工号')}"


def _user_changed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"修改账号 {_of_user(entry)}：{put_details(entry.detail) or '没有变化'}"


def _logged_in(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"登录{_with(entry.detail, 'address', '来自')}"


def _failed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"账号 {_of_user(entry)} 登录失败{_with(entry.detail, 'address', '来自')}"


def _token_added(entry: LedgerEntry, names: LedgerNames) -> str:
    until = entry.detail.get("expires") or "永久"
    return f"给 {_of_user(entry)} 新建令牌“{entry.detail.get('label', '')}”，有效至：{until}"


def _token_revoked(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"停用 {_of_user(entry)} 的令牌 {entry.detail.get('token', '')}"


def _coached(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    kind = COACHING_NAMES.get(detail.get("kind", ""), "处理措施")
    about = f"（{_finding(detail['finding'], names)}）" if detail.get("finding") else ""
    item = names.items.get(detail.get("item") or "", detail.get("item") or "")
    of_item = f"，考核要素：{item}" if item else ""
    return (
        f"记录{kind}，日期：{detail.get('on', '')}{about}{of_item}{_with(detail, 'note', '内容')}"
    )


def _answered(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"答复处理措施{_with(entry.detail, 'answer', '内容')}"


def _coaching_withdrawn(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"撤回处理措施{_with(entry.detail, 'reason', '理由')}"


def _event(verb: str) -> Told:
    def told(entry: LedgerEntry, names: LedgerNames) -> str:
        if "after" in entry.detail:
            before, after = (_event_said(entry.detail.get(n, {}), names) for n in ("before", "after"))  # fmt: skip
            return f"{verb}：{before} 改为 {after}"
        return f"{verb}：{_event_said(entry.detail, names)}"

    return told


def _event_said(detail: Mapping[str, Any], names: LedgerNames) -> str:
    kind = str(detail.get("kind", ""))
    rest = {n: v for n, v in detail.items() if n not in ("kind", "origin", "state", "rule", "id")}
    if not rest.get("repeat"):
        rest.pop("repeat", None)
    said = put_details(rest)
    name = f"“{names.events.get(kind, '其他事项')}”" if kind else ""
    return f"{name}（{said}）" if name and said else name or said


def _begun_round(entry: LedgerEntry, names: LedgerNames) -> str:
    who = "、".join(map(str, entry.detail.get("reviewers", ())))
    title = entry.detail.get("title", "")
    return f"开始校准“{title}”，{_many(entry.detail, 'calls')} 通，复核人：{who}"


def _closed_round(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"结束校准，共 {_many(entry.detail, 'grades')} 项评分"


def _promise(entry: LedgerEntry, names: LedgerNames) -> str:
    kept = KEPT.get(str(entry.detail.get("outcome")), "其他")
    return f"登记承诺结果：{kept}{_with(entry.detail, 'reason', '说明')}"


def _exported(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    if "file" in detail:
        plain = "" if detail.get("masked", True) else "（未遮盖个人信息）"
        name = PurePath(str(detail["file"])).name
        return f"导出 {_many(detail, 'calls')} 通电话到 {name}{plain}"
    what = entry.subject.partition(" ")[2]
    form = value_in_words(detail.get("format", ""))
    told = f"导出列表“{what}”，{detail.get('rows', 0)} 行，{form}"
    asked = dict(detail.get("filter") or {})
    if asked.get("rule") in names.rules:
        asked["rule"] = names.rules[asked["rule"]].name
    return f"{told}{_with({'filter': asked}, 'filter', '条件')}"


def _opened(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"打开 {len(set(entry.detail.get('results', ())))} 通电话的页面"


def _factor_reset(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"重置 {_of_user(entry)} 的两步验证{_with(entry.detail, 'reason', '原因')}"


def _watched(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"查看 {_many(entry.detail, 'results') + _many(entry.detail, 'talks')} 个进行中的会话"


def _desk_noted(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"提醒坐席{_with(entry.detail, 'agent', '工号')}{_with(entry.detail, 'text', '内容')}"


def _erased(entry: LedgerEntry, names: LedgerNames) -> str:
    why = _with(entry.detail, "reason", "原因")
    if entry.detail.get("level") == "ledger":
        return f"依规删除 {_many(entry.detail, 'entries')} 条日志的内容{why}"
    return f"依规删除 {_many(entry.detail, 'calls')} 通电话的内容{why}"


def _sound_erased(entry: LedgerEntry, names: LedgerNames) -> str:
    why = _with(entry.detail, "reason", "原因")
    return f"删除 {_many(entry.detail, 'calls')} 通电话的录音{why}"


def _backed_up(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"备份到{_named(entry)}，操作日志 {_many(entry.detail, 'entries')} 条"


def _restored(entry: LedgerEntry, names: LedgerNames) -> str:
    lost = "，备份之后的记录已丢失" if entry.detail.get("lost") else ""
    return f"从备份恢复，操作日志 {_many(entry.detail, 'entries')} 条{lost}"


def _run(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    told = f"批量重新评分 {_many(detail, 'calls')} 通，{detail.get('changed', 0)} 通有变化"
    return f"{told}{_with(detail, 'note', '说明')}"


def _sampled(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"抽出 {_many(entry.detail, 'calls')} 通电话，列入抽检任务"


def _imported(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    if entry.subject.startswith("agent "):
        before, after = (_person(detail.get(name)) for name in ("before", "after"))
        who = _of_user(entry)
        return f"导入客服 {who}：{after}" + (f"（原为 {before}）" if before else "")
    return f"导入通话资料：{value_in_words(detail.get('changed', {}))}"


def _person(given: Sequence[Any] | None) -> str:
    """Name and team; empty where neither was known."""
    return "，".join(str(one) for one in given or () if one)


def _sealed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"逐行封存 {_many(entry.detail, 'rows')} 行"


def _proposal(verb: str, word: str) -> Told:
    def told(entry: LedgerEntry, names: LedgerNames) -> str:
        number = entry.detail.get("proposal", 0)
        asked = names.proposals.get(number, "修改规则")
        name = "note" if "note" in entry.detail else "reason"
        return f"{verb}{asked}（建议 {number}）{_with(entry.detail, name, word)}"

    return told


TOLD: Mapping[str, Told] = {
    "scored": _said("给这通电话评分"), "rescored": _said("重新评分"), "revised": _said("按人工复核重新算分"),
    "counts again": _said("恢复为有效结果"), "acted": _acted, "undone": _undone, "labelled": _labelled,
    "listened": _listened, "unmasked": _unmasked, "opened": _opened, "searched": _said("按号码搜索通话"),
    "begun": _said("操作日志开始"), "sealed": _sealed, "quarantined": _quarantined,
    "retried": _file("重试隔离的录音"), "dropped": _file("放弃隔离的录音"), "imported": _imported,
    "user added": _user_added, "user changed": _user_changed, "hash renewed": _said("更新密码摘要"),
    "logged in": _logged_in, "logged out": _said("退出"), "log-in failed": _failed,
    "second factor set": _said("启用两步验证"), "second factor removed": _said("关闭两步验证"),
    "second factor reset": _factor_reset, "recovery code used": _said("使用了一个恢复码"),
    "token added": _token_added, "token revoked": _token_revoked,
    "appealed": _appealed, "appeal decided": _decided, "appeal withdrawn": _said("撤回申诉"),
    "coached": _coached, "coaching answered": _answered, "coaching withdrawn": _coaching_withdrawn,
    "event recorded": _event("登记事项"), "event changed": _event("更正事项"),
    "event withdrawn": _event("撤销事项"), "event recorded again": _event("重新登记事项"),
    "calibration begun": _begun_round, "calibration graded": _said("提交一通电话的校准评分"),
    "calibration closed": _closed_round, "promise noted": _promise, "review only": _review_only,
    "exported": _exported, "sampled": _sampled, "run": _run,
    "erased": _erased, "erasure finished": _said("删除已全部完成"), "sound erased": _sound_erased,
    "backed up": _backed_up, "restored": _restored,
    "watched": _watched, "desk noted": _desk_noted, "encrypted": _said("加密数据库"),
    "rekeyed": _said("更换数据库密钥"), "decrypted": _said("取消数据库加密"),
    "rule proposed": _proposal("提出", "理由"), "proposal accepted": _proposal("采纳建议，", "意见"),
    "proposal refused": _proposal("不采纳建议，不", "意见"), "proposal withdrawn": _proposal("撤回建议，不再提出", "理由"),
    "proposal undone": _proposal("撤销已采纳的建议，不再", "理由"),
    "overlay written": _said("写入本单位补充文件"),
}  # fmt: skip
"""A sentence for each action that the program writes."""
