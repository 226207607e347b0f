"""What stands below a conversation in a text: remarks of the people who checked it, and summaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_OPEN, _CLOSE = r"\s*[-—=*#【\[（(\s]*", r"[】\]）)]?\s*(?:[:：].*)?"
_SURE = re.compile(
    rf"{_OPEN}(?:质检|質檢|质控|qa|复核|複核|审核|審核|点评|點評|评语|評語|小结|小結|总结|總結|摘要|通话小结|通话摘要|会话小结|会话摘要|服务小结"
    rf"|通话总结|会话总结)[^\s:：，。！？]{{0,6}}{_CLOSE}",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"[-—–=*_\s【\[（(]*(?:通话|通話|会话|會話|对话|對話|录音|錄音|聊天)(?:已|已经)?(?:结束|結束|完毕)[-—–=*_\s】\]）)。]*"
)
_MAYBE = re.compile(
    rf"{_OPEN}(?:备注|備註|评价|評價|评分|評分|得分|扣分|满意度|滿意度|处理结果|處理結果|处理意见|问题分类|业务类型|工单|标签|關鍵詞|关键词|结论|結論|整改)"
    rf"[^\s:：，。！？]{{0,6}}\s*[】\]）)]?\s*[:：].*"
)
"""An agent may write such a line, too: it is a remark only behind an empty line."""


def without_foot(text: str, is_said: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """The text up to such remarks, and their lines; none where a conversation goes on below them.
    ``is_said``: whether a line begins what somebody says.

    >>> without_foot("客服：再见\\n\\n质检意见：客服说不归我管", lambda line: line.startswith("客"))
    ('客服：再见\\n', ('质检意见：客服说不归我管',))
    """
    lines = text.splitlines()
    last = max((at for at, line in enumerate(lines) if is_said(line)), default=len(lines))
    for at in range(last + 1, len(lines)):
        apart = not lines[at - 1].strip()
        if (
            _SURE.fullmatch(lines[at])
            or _ENDED.fullmatch(lines[at])
            or (apart and _MAYBE.fullmatch(lines[at]))
        ):
            return "\n".join(lines[:at]), tuple(one.strip() for one in lines[at:] if one.strip())
    return text, ()


def foot_note(path: Path, foot: tuple[str, ...]) -> tuple[str, ...]:
    """In Chinese: the lines below the last message that are nobody's; empty without any."""
    if not foot:
        return ()
    return (f"{path}：最后一条消息后面的 {len(foot)} 行没有读取，如“{foot[0][:30]}”",)
