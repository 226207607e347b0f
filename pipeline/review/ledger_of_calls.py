"""Sentences of the ledger about calls, and about the work of people on them."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.people import COACHING_NAMES, ReviewAction
from pipeline.review.action_view import GRADES, clock, put_in_words
from pipeline.review.ledger_words import (
    OUTCOMES,
    LedgerNames,
    Sentence,
    finding_in_words,
    many,
    said,
    unknown_action,
    with_detail,
)
from pipeline.store import LedgerEntry

KEPT = {"kept": "已兑现", "broken": "没有兑现", "void": "不是承诺"}


def _acted(entry: LedgerEntry, names: LedgerNames) -> str:
    value, kind = entry.detail.get("value"), entry.detail.get("kind")
    if not isinstance(value, Mapping) or not isinstance(kind, str):
        return unknown_action(entry, names)
    action = ReviewAction(0, "", 0, kind, value, entry.actor, entry.at)  # type: ignore[arg-type]
    try:
        told = put_in_words(action, names.items, names.rules, masked=True).what
    except (KeyError, TypeError):  # of an older version
        return unknown_action(entry, names)
    appeal = entry.detail.get("appeal")
    return f"{told}（申诉 {appeal}）" if appeal else told


def _undone(entry: LedgerEntry, names: LedgerNames) -> str:
    action = names.acts.get(entry.detail.get("act", 0))
    if action is None:
        return "撤销操作"
    return f"撤销“{put_in_words(action, names.items, names.rules, masked=True).what}”"


def _appealed(entry: LedgerEntry, names: LedgerNames) -> str:
    key, level = entry.detail.get("finding"), entry.detail.get("level", 1)
    about = finding_in_words(key, names) if key else "整通电话"
    what = "提出复核申诉" if level > 1 else "提出申诉"
    return f"{what}：{about}{with_detail(entry.detail, 'reason', '理由')}"


def _decided(entry: LedgerEntry, names: LedgerNames) -> str:
    outcome = OUTCOMES.get(entry.detail.get("outcome", ""), "")
    if entry.detail.get("outcome") == "withdrawn":
        return "撤回申诉"
    number = entry.detail.get("appeal", "")
    return f"处理申诉 {number}：{outcome}{with_detail(entry.detail, 'answer', '意见')}"


def _listened(entry: LedgerEntry, names: LedgerNames) -> str:
    if entry.subject.startswith("live "):
        return "旁听进行中的通话"
    return "收听录音" if entry.detail.get("masked", True) else "收听录音（未遮盖个人信息）"


def _unmasked(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"查看个人信息{with_detail(entry.detail, 'reason', '理由')}"


def _review_only(entry: LedgerEntry, names: LedgerNames) -> str:
    done = "改为仅人工判定" if entry.detail.get("on") else "恢复由机器确认"
    return f"把规则{done}{with_detail(entry.detail, 'reason', '理由')}"


def _labelled(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    side = "客户" if detail.get("role") == "customer" else "客服"
    stretch = f"{clock(detail.get('start_s', 0))}～{clock(detail.get('end_s', 0))}"
    return f"把{side} {stretch} 的语气标为{GRADES.get(detail.get('grade', ''), '其他')}"


def _coached(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    kind = COACHING_NAMES.get(detail.get("kind", ""), "处理措施")
    about = f"（{finding_in_words(detail['finding'], names)}）" if detail.get("finding") else ""
    item = names.items.get(detail.get("item") or "", detail.get("item") or "")
    of_item = f"，考核要素：{item}" if item else ""
    return f"记录{kind}，日期：{detail.get('on', '')}{about}{of_item}{with_detail(detail, 'note', '内容')}"


def _answered(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"答复处理措施{with_detail(entry.detail, 'answer', '内容')}"


def _coaching_withdrawn(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"撤回处理措施{with_detail(entry.detail, 'reason', '理由')}"


def _begun_round(entry: LedgerEntry, names: LedgerNames) -> str:
    who = "、".join(map(str, entry.detail.get("reviewers", ())))
    title = entry.detail.get("title", "")
    return f"开始校准“{title}”，{many(entry.detail, 'calls')} 通，复核人：{who}"


def _closed_round(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"结束校准，共 {many(entry.detail, 'grades')} 项评分"


def _promise(entry: LedgerEntry, names: LedgerNames) -> str:
    kept = KEPT.get(str(entry.detail.get("outcome")), "其他")
    return f"登记承诺结果：{kept}{with_detail(entry.detail, 'reason', '说明')}"


def _opened(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"打开 {len(set(entry.detail.get('results', ())))} 通电话的页面"


def _watched(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"查看 {many(entry.detail, 'results') + many(entry.detail, 'talks')} 个进行中的会话"


def _desk_noted(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"提醒客服{with_detail(entry.detail, 'agent', '工号')}{with_detail(entry.detail, 'text', '内容')}"


def _proposal(verb: str, word: str) -> Sentence:
    def told(entry: LedgerEntry, names: LedgerNames) -> str:
        number = entry.detail.get("proposal", 0)
        asked = names.proposals.get(number, "修改规则")
        name = "note" if "note" in entry.detail else "reason"
        return f"{verb}{asked}（建议 {number}）{with_detail(entry.detail, name, word)}"

    return told


OF_CALLS: Mapping[str, Sentence] = {
    "scored": said("给这通电话评分"),
    "rescored": said("重新评分"),
    "revised": said("按人工复核重新算分"),
    "counts again": said("恢复为有效结果"),
    "acted": _acted,
    "undone": _undone,
    "labelled": _labelled,
    "listened": _listened,
    "unmasked": _unmasked,
    "opened": _opened,
    "searched": said("按号码搜索通话"),
    "appealed": _appealed,
    "appeal decided": _decided,
    "appeal withdrawn": said("撤回申诉"),
    "coached": _coached,
    "coaching answered": _answered,
    "coaching withdrawn": _coaching_withdrawn,
    "calibration begun": _begun_round,
    "calibration graded": said("提交一通电话的校准评分"),
    "calibration closed": _closed_round,
    "promise noted": _promise,
    "review only": _review_only,
    "watched": _watched,
    "desk noted": _desk_noted,
    "rule proposed": _proposal("提出", "理由"),
    "proposal accepted": _proposal("采纳建议，", "意见"),
    "proposal refused": _proposal("不采纳建议，不", "意见"),
    "proposal withdrawn": _proposal("撤回建议，不再提出", "理由"),
    "proposal undone": _proposal("撤销已采纳的建议，不再", "理由"),
}
