"""What of a message is its sender's own: quotations, forwarded messages, recalled messages and
automatic lines are not."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_SAYS_SO = re.compile(
    r"\A\s*(?:这|這)是一[条條则則](?:引用|回复|回覆|引用/回复|引用/回覆)(?:消息|訊息)[ \t]*[:：][ \t]*\n"
)
"""How 企业微信 keeps a quotation in its archive."""
_ALONE = re.compile(r"\A\s*(?:「[^「」]+」|『[^『』]+』)[ \t]*\n(?=\s*\S)")
_IN_BRACKETS = re.compile(
    r"[\[【](?:引用|回复|回覆|reply|quote)[^\]】\n:：]{0,40}[:：][^\]】]*[\]】]", re.IGNORECASE
)
_PASSED_ON = re.compile(
    r"//[ \t]*(?:@[^\s:：/]{1,30}|" + _CUSTOMER + r"[^\n:：/]{0,20})[ \t]*[:：][^\n]*",
    re.IGNORECASE,
)
_PERSON = (
    r"(?![^\n:：]*(?:[您你]|问题|問題|如下|结果|結果|内容|时间|方案|原因|情况|说明|流程|方法|步骤|地址|电话))"
    r"[^\s:：，。！？、；「」『』“”\"]{1,12}(?:[ \t]?[(（][^()（）\n]{1,20}[)）])?"
)
"""A name before a colon that is no heading, as in 回复 处理结果：."""
_ANSWERED = re.compile(
    rf"\A\s*(?:(?:回复|回覆|引用|re)(?:[ \t]*[:：@]|[ \t])[ \t]*@?{_CUSTOMER}[^\n:：]{{0,20}}"
    rf"|(?:回复|回覆|引用|re)[ \t]*(?:[ \t]|@)[ \t]*@?{_PERSON})[ \t]*[:：][^\n]*\n(?=\s*\S)",
    re.IGNORECASE,
)
_QUOTES = re.compile(rf"\s*引用[ \t]*(?:[ \t]|@)[ \t]*@?{_PERSON}[ \t]*[:：].*")
_NAMED = re.compile(
    r"\A\s*[「『][^「」『』\n:：]{1,30}[:：].*?[」』]\s*|\n[ \t]*[「『][^「」『』\n:：]{1,30}[:：][^「」『』]*[」』]"
    rf"[ \t]*(?:\n{_DASHES})?(?=\n|\Z)",
    re.DOTALL,
)
_BELOW_DASHES = re.compile(
    rf"\n{_DASHES}\n[ \t]*(?:@?{_CUSTOMER}[^\n:：]{{0,20}}|@?{_PERSON})[ \t]*[:：][^\n]*\s*\Z",
    re.IGNORECASE,
)
_SAID_AT = re.compile(
    r"\s*@?[^\n:：]{1,20}[ \t]\d{4}[-/.年]\d\d?[-/.月]\d\d?日?[ T]*\d\d?:\d\d(?::\d\d)?[ \t]*(?:说道?|說道?|写道|寫道)?[ \t]*[:：].*"
)
_NAME_ALONE = re.compile(rf"\s*(?:@?{_CUSTOMER}[^\n:：]{{0,20}}|@?{_PERSON})[ \t]*[:：]?[ \t]*")
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
    r"^[ \t]*(?:发件人|發件人|寄件者|from)[ \t]*[:：][^\n]*\n[ \t]*(?:发送时间|發送時間|寄件日期|日期|时间|收件人|收件者|sent|date|to)[ \t]*[:：].*"
    r"|^[ \t]*[-—–_=]{2,}\s*(?:原始邮件|原邮件|邮件原件|郵件原件|原始消息|原始訊息|转发|轉發|original message|forwarded)[^\n]*$.*",
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
    r"(?:删除|刪除)了?(?:这|這|此)(?:一|1)?[条條则則]?(?:消息|訊息)|deleted this message|撤回了?(?:一|1)?[条條则則]?(?:消息|訊息)|(?:消息|訊息|信息|内容)(?:已|已经|已經)?被?(?:撤回|撤销|收回|删除|刪除)"
    r"|(?:已|已经|已經)(?:撤回|收回|删除|刪除)了?(?:一|1)?[条條则則]?(?:消息|訊息)"
    r"|\A\s*(?:已|已被)(?:撤回|收回)(?:的?(?:消息|訊息))?\s*[:：].*"
    r"|[\[【(（]\s*(?:已|已被)?(?:撤回|收回|recalled|revoked|deleted)[^\]】)）\n]{0,6}[\]】)）]"
    r"|recalled a message|message (?:was|has been) (?:recalled|deleted|unsent)|unsent a message",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 40
"""A notice of a recalled message is no longer, unless it begins with a bracket (our choice)."""
_OF_WHOM = r"(?:(?:客服|坐席|座席|系统|系統|店铺|店鋪|商家|卖家|机器人|機器人|智能客服|企业微信|微信|离线|離線|人工)\w{0,6}?[ \t]*)?"
_BY_ITSELF = (
    r"(?:自动回复|自動回覆|自动应答|自動應答|自动发送|自動發送|自动接待|智能回复|auto[ -]?reply)"
)
_AUTOMATIC = re.compile(
    rf"\s*(?:[\[【(（<]\s*(?:{_OF_WHOM}{_BY_ITSELF}|(?:系统|企业)?(?:欢迎语|歡迎語)|推荐话术|话术推荐|智能推荐|建议回复|机器人|機器人|系统|系統|bot|system)[^\]】)）>\n]{{0,12}}[\]】)）>]"
    rf"|(?:(?:以下|本消息|此消息|本条|这)(?:是|为|為)?)?{_OF_WHOM}{_BY_ITSELF}(?:消息|内容)?[ \t]*[:：])",
    re.IGNORECASE,
)
_AUTOMATIC_LINE = re.compile(
    rf"\s*[\[【(（<]?\s*{_OF_WHOM}{_BY_ITSELF}(?:消息|内容)?[ \t]*[\]】)）>:：]", re.IGNORECASE
)
_AUTOMATIC_END = re.compile(
    rf"(?:[\[【(（<][^\]】)）>\n]{{0,10}}{_BY_ITSELF}[^\]】)）>\n]{{0,8}}[\]】)）>]|[-—–]{{1,4}}[ \t]*{_OF_WHOM}{_BY_ITSELF}"
    rf"|(?:本|此|该|這|这)(?:条|條)?(?:消息|訊息|信息|回复)(?:由|是|为|為)[^\n]{{0,8}}{_BY_ITSELF}[^\n]{{0,4}})[ \t。.]*\s*\Z",
    re.IGNORECASE,
)
_EDGE = re.compile(rf"\A\s*{_DASHES}(?=\n|\Z)|(?:\A|(?<=\n)){_DASHES}\s*\Z")
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
    >>> own_words("回复 王芳：不归我管\\n马上处理"), own_words("回复 王芳：马上处理")
    ('马上处理', '回复 王芳：马上处理')
    """
    if _is_nobodys(text):
        return ""
    written = _as_lines(text)
    text = _SAYS_SO.sub("", text)
    rest = _OLD_MAIL.sub("", _CODE.sub("", _as_lines(_BLOCK.sub("\n", text))))
    for quoted in (_ABOVE_DASHES, _NAMED, _ALONE, _IN_BRACKETS, _PASSED_ON, _BELOW_DASHES):
        rest = quoted.sub("", rest)
    if not _SAID_BEFORE.match(rest):  # with a time in it, its quotation stands below
        rest = _ANSWERED.sub("", rest)
    kept = _without_quoted_lines(rest)
    return text if kept == written else _EDGE.sub("", kept).strip()


def _as_lines(text: str) -> str:
    lines = _BREAK.sub("\n", text).replace("\r\n", "\n").replace("\r", "\n")
    return html.unescape(lines) if "&" in lines else lines


def _is_nobodys(text: str) -> bool:
    recalled = _RECALLED.search(text)
    if recalled and (len(text.strip()) <= _LONGEST_NOTICE or recalled[0].lstrip()[0] in "[【(（已"):
        return True
    return bool(_AUTOMATIC.match(text) or _AUTOMATIC_END.search(text) or _FORWARDED.match(text))


def _without_quoted_lines(text: str) -> str:
    kept: list[str] = []
    lines = text.split("\n")
    skipping = False  # a marked quotation of several lines ends with a line of dashes
    for at, line in enumerate(lines):
        if skipping:
            skipping = not re.fullmatch(_DASHES, line)
        elif _MARKED.match(line.strip()) or _SAID_BEFORE.match(line):
            skipping = any(re.fullmatch(_DASHES, later) for later in lines[at + 1 :])
        elif not _is_quoted(line, lines[at + 1 :]):
            kept.append(line)
    return "\n".join(kept)


def _is_quoted(line: str, below: Sequence[str]) -> bool:
    """Whether a line is a quotation, its heading, or an automatic answer."""
    if (
        _ARROW.match(line)
        or _WROTE.fullmatch(line)
        or _QUOTES.match(line)
        or _AUTOMATIC_LINE.match(line)
    ):
        return True
    if not below:
        return False
    return bool(_SAID_AT.match(line) or (_NAME_ALONE.fullmatch(line) and _ARROW.match(below[0])))
