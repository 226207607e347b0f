"""Whether a machine wrote a message in an agent's place: by its name, or by a column that says so."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(
    r"机器人|機器人|智能(?:客服|助手|助理|语音|坐席|座席|应答|回复)|虚拟(?:客服|助手)|ai(?:客服|助手|坐席|助理)"
    r"|自[动動](?:回[复覆]|[应應]答)|系[统統](?:消息|提示|通知|自[动動])|chat ?bot"
)
"""Words that no person's name has; 小蜜 may be one."""
_WHOLE = frozenset({"bot", "robot", "ai", "ivr", "system", "sys", "系统", "系統", "auto_reply"})
_WAYS = frozenset(
    map(
        spelling,
        ["客服类型", "坐席类型", "座席类型", "接待类型", "接待方式", "服务方式", "消息来源", "发送类型", "发送来源", "回复类型", "回复方式", "回复来源", "应答方式", "应答类型", "答复方式", "客服類型", "回覆方式", "agent_type", "kf_type", "staff_type", "reply_type", "reply_source", "reply_by", "msg_source", "message_source", "answer_type", "answer_source", "answered_by", "send_type"],
    )
)  # fmt: skip
_MACHINE = re.compile(
    r"(?:智能|人工智能|ai|系统|系統)?(?:机器人|機器人|智能|自动|自動|系统|系統|robot|chatbot|bot|ai|auto|automatic|system|machine)"
    r"[ _-]?(?:客服|坐席|座席|助手|回复|回覆|应答|發送|发送|接待|消息|答复|reply|agent|message)*"
)


def is_machine(name: str) -> bool:
    """Whether a name is surely that of a machine, whatever side a column gives it.

    >>> is_machine("智能客服小智"), is_machine("robot"), is_machine("小蜜"), is_machine("王芳")
    (True, True, False, False)
    """
    key = unicodedata.normalize("NFKC", name).strip().casefold()
    return key in _WHOLE or bool(_NAME.search(key))


def is_way(name: str) -> bool:
    """Whether a column or key tells how a message was answered: 客服类型, reply_type."""
    return spelling(name) in _WAYS


def says_machine(cells: Mapping[str, Any]) -> bool:
    """Whether such a column says that a machine did.

    >>> says_machine({"客服类型": "机器人客服"}), says_machine({"回复方式": "人工"}), says_machine({"备注": "机器人"})
    (True, False, False)
    """
    return any(
        isinstance(value, str)
        and is_way(name)
        and bool(_MACHINE.fullmatch(value.strip().casefold()))
        for name, value in cells.items()
    )
