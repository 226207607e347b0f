"""What of a message is its sender's own: quotations, forwarded messages, recalled messages and
automatic lines are not."""

from __future__ import annotations

import html
import re

_DASHES = r"[ \t]*(?:[-—–－_=·─━][ \t]*){3,}"
_BLOCK = re.compile(
    r"<blockquote\b.*?</blockquote\s*>|<refermsg\b.*?</refermsg\s*>|<(q|quote)\b[^<>]*>.*?</\1\s*>"
    r"|<(div|p|span)\b[^<>]*(?:quote|引用|reply)[^<>]*>.*?</\2\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_CUSTOMER = r"(?:客户|客戶|用户|用戶|顾客|顧客|访客|訪客|买家|買家|customer|visitor)"
_ABOVE_DASHES = re.compile(
    rf"\A\s*(?:(?:@[^\s「『《\"“]{{1,30}}\s*)?[「『《\"“].*?[」』》\"”]"
    rf"|[^\n]{{0,30}}\d{{4}}[-/.年]\d\d?[-/.月]\d\d?日?[ T]*\d\d?:\d\d(?::\d\d)?[ \t]*[:：]?[ \t]*\n.*?"
    rf"|@?{_CUSTOMER}[^\n:：]{{0,20}}[:：].*?|@?[^\s:：，。！？「」\"“”]{{1,12}}[:：][^\n]*)"
    rf"\s*\n{_DASHES}(?:\n|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_ALONE = re.compile(r"\A\s*(?:「[^「」]+」|『[^『』]+』)[ \t]*\n(?=\s*\S)")
_IN_BRACKETS = re.compile(
    r"[\[【](?:引用|回复|回覆|reply|quote)[^\]】\n:：]{0,40}[:：][^\]】]*[\]】]", re.IGNORECASE
)
_PASSED_ON = re.compile(
    r"//[ \t]*(?:@[^\s:：/]{1,30}|" + _CUSTOMER + r"[^\n:：/]{0,20})[ \t]*[:：][^\n]*",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    rf"\A\s*(?:回复|回覆|引用|re)(?:[ \t]*[:：@]|[ \t])[ \t]*@?{_CUSTOMER}[^\n:：]{{0,20}}[:：][^\n]*\n(?=\s*\S)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\A\s*[「『][^「」『』\n:：]{1,30}[:：].*?[」』]\s*|\n[ \t]*[「『][^「」『』\n:：]{1,30}[:：][^「」『』]*[」』]\s*\Z",
    re.DOTALL,
)
_MARKED = re.compile(
    r"[-—–=_]{2,}\s*(?:引用|回复|回覆|原文)(?:消息|訊息|内容|內容)?\s*[-—–=_]{2,}|[\[【(（<]\s*(?:引用|回复|回覆|reply|quote|quoted)(?:消息|訊息|内容|內容)?\s*[\]】)）>]",
    re.IGNORECASE,
)
_SAID_BEFORE = re.compile(
    r"\s*(?:引用|回复|回覆)\s*[^\n:：]{0,40}?(?:的(?:消息|訊息|留言|发言)|\d{1,2}:\d\d(?::\d\d)?)[^\n]*[:：]"
    r"|\s*(?:被?引用(?:内容|內容|消息|訊息)?|原文|原消息|原訊息|原话|quote)\s*[:：]",
    re.IGNORECASE,
)
_ARROW = re.compile(r"[ \t]*(?:[>＞›»↑↳↪↩⤷┗└]|\|[ \t]|｜|▎|┃|│)")
_WROTE = re.compile(
    r"\s*(?:在|於|于|on)?\s?.{0,60}(?:写道|寫道|说道|wrote|écrit)\s*[:：]\s*\Z", re.IGNORECASE
)
_OLD_MAIL = re.compile(
    r"^[ \t]*[-—–_=]{2,}\s*(?:原始邮件|原邮件|原始消息|原始訊息|转发|轉發|original message|forwarded)[^\n]*$.*",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_FORWARDED = re.compile(
    r"\A\s*(?:[\[【(（]\s*(?:合并|合併|逐条|逐條)?(?:转发|轉發|聊天记录|聊天記錄|会话记录|forward(?:ed)?)[^\]】)）\n]{0,20}[\]】)）]"
    r"|(?:合并转发|合併轉發|转发(?:消息|自|内容)?|轉發(?:訊息|自)?|fwd?|forwarded message)\s*[^\n:：]{0,30}[:：]"
    r"|以下(?:是|为|為)?(?:转发|轉發)[^\n:：]{0,20}[:：]"
    r"|[^\n]{1,40}的(?:聊天记录|聊天記錄)\s*(?:[:：]|\n|\Z))",
    re.IGNORECASE,
)
_RECALLED = re.compile(
    r"撤回了?(?:一|1)?[条條则則]?(?:消息|訊息)|(?:消息|訊息|信息|内容)(?:已|已经|已經)?被?(?:撤回|撤销|收回|删除|刪除)"
    r"|(?:已|已经|已經)(?:撤回|收回|删除|刪除)了?(?:一|1)?[条條则則]?(?:消息|訊息)"
    r"|\A\s*(?:已|已被)(?:撤回|收回)(?:的?(?:消息|訊息))?\s*[:：].*"
    r"|[\[【(（]\s*(?:已|已被)?(?:撤回|收回|recalled|revoked|deleted)[^\]】)）\n]{0,6}[\]】)）]"
    r"|recalled a message|message (?:was|has been) (?:recalled|deleted|unsent)|unsent a message",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 40
"""A notice of a recalled message is no longer, unless it begins with a bracket (our choice)."""
_AUTOMATIC = re.compile(
    r"\A\s*[\[【(（<]\s*(?:自动回复|自動回覆|自动应答|自动发送|机器人|機器人|智能回复|系统|系統|auto[ -]?reply|bot|system)"
    r"[^\]】)）>\n]{0,12}[\]】)）>]|\A\s*(?:自动回复|自動回覆|auto[ -]?reply)\s*[:：]",
    re.IGNORECASE,
)
_CODE = re.compile(r"\[CQ:reply[^\]]*\]|\[回复\]\s*(?=@)", re.IGNORECASE)


def own_words(text: str) -> str:
    """The words of a message without what it quotes; "" if all of it is quoted, forwarded,
    recalled or automatic.

    A mark of a quotation without a break after it takes the whole line: a miss is better than
    words of another.

    >>> own_words("「客户：你找领导去」\\n- - - - - -\\n马上处理"), own_words("> 客户：不归我管\\n抱歉")
    ('马上处理', '抱歉')
    >>> own_words("客服8012撤回了一条消息"), own_words("[自动回复] 您好"), own_words("您好")
    ('', '', '您好')
    """
    if _is_nobodys(text):
        return ""
    written = _as_lines(text)
    rest = _OLD_MAIL.sub("", _CODE.sub("", _as_lines(_BLOCK.sub("\n", text))))
    for quoted in (_ABOVE_DASHES, _NAMED, _ALONE, _IN_BRACKETS, _PASSED_ON):
        rest = quoted.sub("", rest)
    if not _SAID_BEFORE.match(rest):  # with a time in it, its quotation stands below
        rest = _ANSWERED.sub("", rest)
    kept = _without_quoted_lines(rest)
    return text if kept == written else kept.strip()


def _as_lines(text: str) -> str:
    lines = _BREAK.sub("\n", text).replace("\r\n", "\n").replace("\r", "\n")
    return html.unescape(lines) if "&" in lines else lines


def _is_nobodys(text: str) -> bool:
    recalled = _RECALLED.search(text)
    if recalled and (len(text.strip()) <= _LONGEST_NOTICE or recalled[0].lstrip()[0] in "[【(（已"):
        return True
    return bool(_AUTOMATIC.match(text) or _FORWARDED.match(text))


def _without_quoted_lines(text: str) -> str:
    kept: list[str] = []
    lines = text.split("\n")
    skipping = False  # a marked quotation of several lines ends with a line of dashes
    for at, line in enumerate(lines):
        if skipping:
            skipping = not re.fullmatch(_DASHES, line)
        elif _MARKED.match(line.strip()) or _SAID_BEFORE.match(line):
            skipping = any(re.fullmatch(_DASHES, later) for later in lines[at + 1 :])
        elif not (_ARROW.match(line) or _WROTE.fullmatch(line)):
            kept.append(line)
    return "\n".join(kept)
