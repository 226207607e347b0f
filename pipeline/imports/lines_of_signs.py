"""Lines of signs in a dialogue (====): those that part conversations, and those that adorn a message."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pipeline.imports.dialogue import is_side, name_before
from pipeline.imports.scripts import simplified
from pipeline.imports.speaker_names import role_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

RULE = re.compile(r"\s*[=＝*＊#]{4,}\s*")
_DASHES = re.compile(r"\s*[-－—–_~～]{4,}\s*")
"""They adorn messages and quotations more often: they part only where one ends and another begins."""
_ENDS = re.compile(
    r"再见|再會|拜拜|bye|慢走|祝您|祝你|感谢您的(?:来电|咨询|支持)|(?:通话|会话|对话|录音|聊天)(?:已|已经)?(?:结束|完毕)|挂[机断]",
    re.IGNORECASE,
)
_GREETS = re.compile(
    r"(?:喂|[您你]好|早上好|上午好|中午好|下午好|晚上好|欢迎|在[吗么]|有人吗|hello|hi\b)",
    re.IGNORECASE,
)
_OFFERS = re.compile(r"喂|请讲|请说|什么|帮|服务|欢迎|专员|工号|致电|来电")
_ANSWERS = re.compile(
    r"(?:好[的吧呢嘛，。！,.!]|好$|嗯|哦|噢|行|对|是的|可以|知道|明白|收到|谢谢|没有?了|不用|ok)",
    re.IGNORECASE,
)
"""No conversation begins so."""
_FEWEST = 2
"""So many equal lines part a text without farewell and greeting (our choice)."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Numbers of lines, from 0: those that part conversations, and those that may."""

    parting: frozenset[int] = frozenset()
    unclear: tuple[int, ...] = ()


def signs_in(lines: Sequence[str]) -> Signs:
    """The lines of signs with a speaker before a colon below. They part where somebody takes leave
    above and greets below; with empty lines on both sides also where one of them does, or where
    several equal ones stand so; not where they frame a message, stand below a colon, or above an
    answer (好的).

    >>> signs_in(["客服：再见", "", "====", "", "客服：喂"]).parting
    frozenset({2})
    >>> signs_in(["客服：账单：", "", "====", "", "客户：好的"]), signs_in(["客服：86 元", "", "====", "", "客户：什么？"]).unclear
    (Signs(parting=frozenset(), unclear=()), (2,))
    """
    sure: set[int] = set()
    maybe: list[int] = []
    for at, line in enumerate(lines):
        is_rule, apart = bool(RULE.fullmatch(line)), _stands_apart(lines, at)
        speaks = (is_rule or _DASHES.fullmatch(line)) and is_side(
            name_before(line_below(lines, at))[0]
        )
        if not speaks or not (is_rule or apart):
            continue
        ends, begins = _ends_above(lines, at), _begins_below(lines, at)
        if ends and begins:
            sure.add(at)
        elif is_rule and apart and not _belongs_to_message(lines, at):
            sure |= {at} if ends or begins else set()
            maybe += [] if ends or begins else [at]
    forms = Counter(lines[at].strip() for at in (*sure, *maybe))
    several = {at for at in maybe if forms[lines[at].strip()] >= _FEWEST}
    return Signs(frozenset(sure | several), tuple(at for at in maybe if at not in several))


def unclear_note(path: Path, lines: Sequence[str]) -> tuple[str, ...]:
    """In Chinese: lines of signs that may part conversations and were not taken so."""
    found = signs_in(lines).unclear
    if not found:
        return ()
    return (
        f"{path}：第 {'、'.join(str(at + 1) for at in found)} 行的“{lines[found[0]].strip()[:10]}”没有当作两通会话的分界；"
        "如果是，请在它下面写上标题，如“第二通”",
    )


def line_below(lines: Sequence[str], at: int) -> str:
    """The next line with text; "" without one."""
    return next((lines[one] for one in range(at + 1, len(lines)) if lines[one].strip()), "")


def _upward(lines: Sequence[str], at: int) -> Iterator[str]:
    """The lines with text above a line, the nearest first."""
    return (lines[one] for one in range(at - 1, -1, -1) if lines[one].strip())


def _stands_apart(lines: Sequence[str], at: int) -> bool:
    around = [line.strip() for line in (*lines[at - 1 : at], *lines[at + 1 : at + 2])]
    return around == ["", ""]


def _belongs_to_message(lines: Sequence[str], at: int) -> bool:
    """Whether a line of signs is the second one within what one person says, stands below a colon,
    or above an answer."""
    for number, line in enumerate(_upward(lines, at)):
        if is_side(name_before(line)[0]):
            break
        if RULE.fullmatch(line):
            return number > 0
    _, words = name_before(line_below(lines, at))
    return is_introduced(lines, at) or bool(_ANSWERS.match(simplified(words.strip())))


def is_introduced(lines: Sequence[str], at: int) -> bool:
    """Whether a message goes on below a line of signs, as what stands above says: 账单如下：, but not
    备注：, an empty entry of a form."""
    above = next(_upward(lines, at), "").strip()
    name, words = name_before(above)
    own = words if is_side(name) else above
    return own.endswith((":", "：")) and (is_side(name) or bool(re.search("[如以]下", own)))


def _ends_above(lines: Sequence[str], at: int) -> bool:
    """Whether one of the last two lines above takes leave, or what somebody says last."""
    last = [*islice(_upward(lines, at), 2)]
    said = next((one for one in _upward(lines, at) if is_side(name_before(one)[0])), "")
    return any(_ENDS.search(simplified(line)) for line in (*last, said))


def _begins_below(lines: Sequence[str], at: int) -> bool:
    """Whether the line below greets as a conversation begins. An agent may greet in each message:
    beside words of the agent above, the greeting offers help too."""
    name, words = name_before(line_below(lines, at))
    said = simplified(words.strip())
    if not _GREETS.match(said):
        return False
    above = next((one for line in _upward(lines, at) if (one := name_before(line)[0])), "")
    return role_of(name) != "agent" or role_of(above) != "agent" or bool(_OFFERS.search(said))
