"""Sentences of the ledger about the site: accounts, files, tables, runs, copies of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from pipeline.messages import in_chinese
from pipeline.review.ledger_words import (
    ROLES,
    LedgerNames,
    Sentence,
    many,
    named_file,
    of_user,
    put_details,
    said,
    value_in_words,
    with_detail,
)
from pipeline.store import LedgerEntry


def _quarantined(entry: LedgerEntry, names: LedgerNames) -> str:
    reason = in_chinese(str(entry.detail.get("reason") or ""))
    return f"隔离录音{named_file(entry)}{'，原因：' if reason else ''}{reason}"


def _file(verb: str) -> Sentence:
    def told(entry: LedgerEntry, _: LedgerNames) -> str:
        return f"{verb}{named_file(entry)}"

    return told


def _user_added(entry: LedgerEntry, names: LedgerNames) -> str:
    role = ROLES.get(entry.detail.get("role"), "")
    return f"新建账号 {of_user(entry)}，角色：{role}{with_detail(entry.detail, 'agent', '工号')}"


def _user_changed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"修改账号 {of_user(entry)}：{put_details(entry.detail) or '没有变化'}"


def _logged_in(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"登录{with_detail(entry.detail, 'address', '来自')}"


def _failed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"账号 {of_user(entry)} 登录失败{with_detail(entry.detail, 'address', '来自')}"


def _token_added(entry: LedgerEntry, names: LedgerNames) -> str:
    until = entry.detail.get("expires") or "永久"
    return f"给 {of_user(entry)} 新建令牌“{entry.detail.get('label', '')}”，有效至：{until}"


def _token_revoked(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"停用 {of_user(entry)} 的令牌 {entry.detail.get('token', '')}"


def _event(verb: str) -> Sentence:
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


def _exported(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    if "file" in detail:
        plain = "" if detail.get("masked", True) else "（未遮盖个人信息）"
        name = PurePath(str(detail["file"])).name
        return f"导出 {many(detail, 'calls')} 通电话到 {name}{plain}"
    what = entry.subject.partition(" ")[2]
    form = value_in_words(detail.get("format", ""))
    told = f"导出列表“{what}”，{detail.get('rows', 0)} 行，{form}"
    asked = dict(detail.get("filter") or {})
    if asked.get("rule") in names.rules:
        asked["rule"] = names.rules[asked["rule"]].name
    return f"{told}{with_detail({'filter': asked}, 'filter', '条件')}"


def _factor_reset(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"重置 {of_user(entry)} 的两步验证{with_detail(entry.detail, 'reason', '原因')}"


def _erased(entry: LedgerEntry, names: LedgerNames) -> str:
    why = with_detail(entry.detail, "reason", "原因")
    if entry.detail.get("level") == "ledger":
        return f"依规删除 {many(entry.detail, 'entries')} 条日志的内容{why}"
    return f"依规删除 {many(entry.detail, 'calls')} 通电话的内容{why}"


def _sound_erased(entry: LedgerEntry, names: LedgerNames) -> str:
    why = with_detail(entry.detail, "reason", "原因")
    return f"删除 {many(entry.detail, 'calls')} 通电话的录音{why}"


def _backed_up(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"备份到{named_file(entry)}，操作日志 {many(entry.detail, 'entries')} 条"


def _restored(entry: LedgerEntry, names: LedgerNames) -> str:
    lost = "，备份之后的记录已丢失" if entry.detail.get("lost") else ""
    return f"从备份恢复，操作日志 {many(entry.detail, 'entries')} 条{lost}"


def _run(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    told = f"批量重新评分 {many(detail, 'calls')} 通，{detail.get('changed', 0)} 通有变化"
    return f"{told}{with_detail(detail, 'note', '说明')}"


def _sampled(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"抽出 {many(entry.detail, 'calls')} 通电话，列入抽检任务"


def _imported(entry: LedgerEntry, names: LedgerNames) -> str:
    detail = entry.detail
    if entry.subject.startswith("agent "):
        before, after = (_person(detail.get(name)) for name in ("before", "after"))
        who = of_user(entry)
        return f"导入客服 {who}：{after}" + (f"（原为 {before}）" if before else "")
    return f"导入通话资料：{value_in_words(detail.get('changed', {}))}"


def _person(given: Sequence[Any] | None) -> str:
    """Name and team; empty where neither was known."""
    return "，".join(str(one) for one in given or () if one)


def _sealed(entry: LedgerEntry, names: LedgerNames) -> str:
    return f"逐行封存 {many(entry.detail, 'rows')} 行"


OF_SITE: Mapping[str, Sentence] = {
    "begun": said("操作日志开始"),
    "sealed": _sealed,
    "quarantined": _quarantined,
    "retried": _file("重试隔离的录音"),
    "dropped": _file("放弃隔离的录音"),
    "imported": _imported,
    "user added": _user_added,
    "user changed": _user_changed,
    "hash renewed": said("更新密码摘要"),
    "logged in": _logged_in,
    "logged out": said("退出"),
    "log-in failed": _failed,
    "second factor set": said("启用两步验证"),
    "second factor removed": said("关闭两步验证"),
    "second factor reset": _factor_reset,
    "recovery code used": said("使用了一个恢复码"),
    "token added": _token_added,
    "token revoked": _token_revoked,
    "event recorded": _event("登记事项"),
    "event changed": _event("更正事项"),
    "event withdrawn": _event("撤销事项"),
    "event recorded again": _event("重新登记事项"),
    "exported": _exported,
    "sampled": _sampled,
    "run": _run,
    "erased": _erased,
    "erasure finished": said("删除已全部完成"),
    "sound erased": _sound_erased,
    "backed up": _backed_up,
    "restored": _restored,
    "encrypted": said("加密数据库"),
    "rekeyed": said("更换数据库密钥"),
    "decrypted": said("取消数据库加密"),
    "overlay written": said("写入本单位补充文件"),
}
