"""What tables and JSON call the fields of a conversation, in the words of callqa and of others."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.imports.scripts import simplified

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_USUAL: Mapping[str, str] = {
    "id": "会话编号 会话id 通话编号 对话编号 流水号 call_id conversation_id conversation session_id chat_id",
    "start": "时间 发送时间 消息时间 start start_s time timestamp sent_at",
    "end": "结束 end end_s",
    "role": "角色 发送方 身份 role",
    "speaker": "说话人 发送人 发送者 发言人 speaker sender",
    "text": "内容 消息内容 消息 文本 text content message",
    "agent_id": "工号 客服工号 坐席工号 agent_id",
    "customer_id": "客户编号 客户号码 客户id customer_id",
    "queue": "队列 技能组 业务 queue",
    "started_at": "会话开始时间 通话时间 started_at",
    "kind": "",
}
_OTHER: Mapping[str, str] = {
    "id": "对话id 会话号 会话标识 会话流水号 咨询id 对话号 通话id 通话流水号 录音流水号 录音编号 录音id 呼叫流水号 呼叫id 通话唯一标识 唯一标识 dialog_id dialogue_id conv_id thread_id ticket_id sid cid",
    "start": "消息發送時間 聊天时间 发言时间 发送日期 创建时间 开始 createat strtime created_on created_time start_time begin_time begin_ms start_ms bg begin "
    "create_time created_at send_time msg_time message_time date datetime",
    "end": "end_time end_ms ed",
    "role": "发送者类型 发送人类型 消息发送者类型 消息发送方 消息来源 发送者角色 发送方类型 发送者身份 发送人身份 发送方角色 发送方身份 说话人角色 说话人身份 发言人角色 用户类型 角色类型 來源 sender_type sender_role from_type msg_from user_type author_type participant_role channel_role actor_type",
    "speaker": "发送者名称 发送人姓名 发送人昵称 发送者昵称 发言方 说话方 讲话人 讲话方 发信人 对话人 声道 声道号 通道 昵称 姓名 用户名 发言者 說話者 speaker_id speaker_label spk spk_id sender_name from nickname sendernick nick name author user "
    "from_user from_name participant channel_id",
    "text": "聊天内容 会话内容 对话内容 留言内容 消息正文 发言内容 正文 訊息 訊息內容 文字 语句 聊天记录 聊天紀錄 对话记录 会话记录 "
    "沟通记录 沟通内容 通话内容 通话文本 录音文本 发言 說話內容 语音文本 语音内容 识别文本 识别结果 识别内容 转写文本 转写内容 转写结果 "
    "转录文本 文本内容 strcontent 聊天文本 对话文本 会话文本 消息文本 原文 msg message_body message_text chat_text body utterance sentence words_text msg_content finalsentence onebest transcript",
    "agent_id": "客服id 坐席id 客服账号 坐席账号 坐席编号 客服编号 员工编号 员工工号 坐席号 客服帳號 agent_no agent_code staff_id employee_id kf_id seat_no agent",
    "customer_id": "客户号 用户id 访客id 买家id 会员id 用户编号 来电号码 user_id visitor_id customer buyer_id openid",
    "queue": "客服组 接待组 队列名称 技能组名称 业务类型 分组 坐席组 skill_group skill queue_name group department team_queue",
    "started_at": "通话开始时间 会话创建时间 開始時間 start_at call_time call_start session_start",
    "kind": "消息类型 類型 消息状态 訊息類型 msgtype message_type type status action",
    "recalled": "是否撤回 撤回 已撤回 is_recalled recalled revoked is_revoked is_deleted deleted withdrawn unsent",
}
HEADINGS: Mapping[str, str] = {
    word: field for field, words in _USUAL.items() for word in words.split()
}
"""The usual names: two columns that mean the same are refused."""


MOST_NAMED = 20
"""So many columns that are not read are named (our choice)."""


_FORM_NOTES = re.compile(
    r"^[*★☆]+(?=.)|(?<=.)(?:[*★☆]|[(\[【](?:\*|必填项?|必选|必输|选填项?|可选|可为空|非必填|文本(?:格式)?|\d{1,2}位(?:数字?)?"
    r"|(?:格式:?)?(?:yyyy|年)[/.年]?(?:mm?|月)(?:[/.月]?(?:dd?|日)日?)?(?:格式)?)[)\]】])+$"
)
"""What forms write beside the name of a column: 工号*, 日期（必填）, 日期(yyyy-mm-dd)."""


@lru_cache(maxsize=10_000)
def spelling(name: str) -> str:
    """A name as it is compared: in simplified characters, without case, width, spaces, hyphens and
    underscores, and without a note on how a column is to be filled in.

    >>> spelling(" Call-ID "), spelling("ＡgentId"), spelling("会话 ID"), spelling("*工號（必填）")
    ('callid', 'agentid', '会话id', '工号')
    """
    folded = simplified(unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in folded if c not in "-_" and not c.isspace())
    return _FORM_NOTES.sub("", plain)


_USUAL_SPELT: Mapping[str, str] = {spelling(word): field for word, field in HEADINGS.items()}

OTHER_NAMES: Mapping[str, Mapping[str, int]] = {
    field: {spelling(word): at for at, word in reversed([*enumerate(words.split())])}
    for field, words in _OTHER.items()
}
"""Names on other platforms with their rank: only the first of them counts, and only where no usual
name is there."""


def fields_of(names: Iterable[str]) -> dict[str, str]:
    """The name that stands for each field, among the names of a table's columns or an object's
    keys.

    >>> fields_of(["會話編號", "消息内容", "正文", "备注"])
    {'text': '消息内容', 'id': '會話編號'}
    """
    return dict(_fields_of(tuple(names)))


_OF_A_CALL = frozenset(map(spelling, ("通话编号", "通话id", "通話編號", "call_id")))
_OF_A_WHOLE = frozenset(
    map(
        spelling,
        [
            "会话编号",
            "会话id",
            "會話編號",
            "对话编号",
            "对话id",
            "conversation_id",
            "conversation",
            "session_id",
            "chat_id",
            "dialog_id",
            "thread_id",
        ],
    )
)


def whole_of(names: Iterable[str]) -> str | None:
    """The name of the column or key that names the conversation of several calls, where another one
    names the call; ``None`` where one id is all there is.

    >>> whole_of(["会话编号", "通话编号", "内容"]), whole_of(["会话编号", "内容"])
    ('会话编号', None)
    """
    spelt = {name: spelling(name) for name in names}
    if not _OF_A_CALL & set(spelt.values()):
        return None
    return next((name for name, one in spelt.items() if one in _OF_A_WHOLE), None)


@lru_cache(maxsize=1000)
def _fields_of(names: tuple[str, ...]) -> dict[str, str]:
    """The messages of a file have the same keys."""
    whole = whole_of(names)
    by_spelling = {spelling(name): name for name in reversed(names) if name != whole}
    chosen: dict[str, str] = {}
    for name, written in by_spelling.items():
        field = _USUAL_SPELT.get(name)
        if field:
            chosen[field] = written
    for field, ranks in OTHER_NAMES.items():
        present = sorted((ranks[name], name) for name in by_spelling if name in ranks)
        if field not in chosen and present:
            chosen[field] = by_spelling[present[0][1]]
    return chosen


_SYSTEM_KINDS = frozenset(
    map(
        spelling,
        [
            "system",
            "sys",
            "notice",
            "notification",
            "event",
            "tip",
            "recall",
            "recalled",
            "revoke",
            "revoked",
            "withdraw",
            "deleted",
            "forward",
            "forwarded",
            "chatrecord",
            "merged_forward",
            "mixed_forward",
            "agree",
            "disagree",
            "switch",
            "bot",
            "robot",
            "auto",
            "auto_reply",
            "note",
            "internal_note",
            "private_note",
            "whisper",
            "内部备注",
            "内部消息",
            "系统",
            "系统消息",
            "系统提示",
            "通知",
            "提示",
            "撤回",
            "已撤回",
            "撤回消息",
            "转发",
            "合并转发",
            "聊天记录",
            "机器人",
            "自动回复",
            "系統",
            "系統訊息",
            "轉發",
            "自動回覆",
        ],
    )
)


def is_system_kind(kind: str) -> bool:
    """Whether a kind of message says that its words are not the sender's: of the system, of a bot,
    recalled, forwarded.

    >>> is_system_kind("撤回"), is_system_kind("Revoke"), is_system_kind("文本")
    (True, True, False)
    """
    return spelling(kind) in _SYSTEM_KINDS


_REMARKS = frozenset(
    map(
        spelling,
        [
            "备注",
            "備註",
            "标记",
            "標記",
            "标签",
            "状态",
            "狀態",
            "消息状态",
            "訊息狀態",
            "发送状态",
            "消息备注",
            "消息标记",
            "remark",
            "remarks",
            "note",
            "notes",
            "memo",
            "flag",
            "flags",
            "tag",
            "tags",
            "mark",
            "status",
            "state",
            "msg_status",
            "message_status",
            "send_status",
        ],
    )
)
_NOT_OWN = re.compile(
    r"(?:(?:该|此|本|这|該|這)?[条條]?(?:消息|訊息|信息)|对方|對方|客服|坐席|座席|员工|发送者|用户|客户)?(?:已经?|被|由|是|为|為)*\s*"
    r"(?:撤回|撤销|收回|删除|刪除|自[动動](?:回[复覆]|[应應]答|[发發]送)|(?:系统|机器人|客服)自动回复|机器人|機器人|合并转发|转发|轉發"
    r"|系统|系統|recalled|revoked|deleted|withdrawn|auto[ _-]?reply|bot|robot|forwarded|system)"
    r"(?:了|的|消息|訊息|一条消息|发送|回复|提示|通知)*\s*(?:[(（\[].{0,30}[)）\]]|于.{1,25}|[:：@]?\s*[\d/: -]{4,20})?",
    re.IGNORECASE,
)


def is_remark(name: str) -> bool:
    """Whether a column or key remarks on a message, so that it may say that it was recalled."""
    return spelling(name) in _REMARKS


def remarks_not_own(cells: Mapping[str, Any]) -> bool:
    """Whether a remark on a message says that its words are not the sender's: recalled, automatic,
    of a bot, forwarded. Any other remark says nothing.

    >>> remarks_not_own({"备注": "消息已撤回"}), remarks_not_own({"备注": "未撤回"}), remarks_not_own({"备注": "客户要求转发财务"})
    (True, False, False)
    """
    return any(
        isinstance(value, str) and is_remark(name) and bool(_NOT_OWN.fullmatch(value.strip()))
        for name, value in cells.items()
    )


def unread_note(path: Path, names: Iterable[str]) -> tuple[str, ...]:
    """In Chinese: the columns or keys of a file that were not read; nothing where there are none."""
    listed = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not listed:
        return ()
    more = f" 等 {len(listed)} 个" if len(listed) > MOST_NAMED else ""
    return (f"{path}：不认识这些列或键，没有读取：{'、'.join(listed[:MOST_NAMED])}{more}",)


def says_yes(value: str) -> bool:
    """
    >>> says_yes("是"), says_yes("0"), says_yes("")
    (True, False, False)
    """
    return spelling(value) in {"是", "true", "1", "y", "yes", "已撤回", "撤回", "recalled"}
