"""Names that are told behind a relative or a friend, or in the answer to who gets something."""

from __future__ import annotations

import re

from pipeline.privacy.names import ENDS_KIN, KINSHIP, read_full

KIN_TOLD = re.compile(
    rf"[人主](?:[您你]?(?:就|给我)?[写填]|就?是)的?我的?(?:{KINSHIP})[，,、\s]{{1,2}}(?:名字)?(?:就?叫|是)?"
)
"""投保人是我老公，|郑国强."""
ASKED_TO = re.compile(r"[寄送发交转开]给谁|给谁(?:收|的)|谁收")
"""Questions for who gets something."""
_TO = re.compile(
    r"(?:[\s，,、]|嗯|呃|哦|就|对|我)*(?:[寄送发交转开]?给|是)?"
    rf"(?:我?的?(?:{KINSHIP}|同事|朋友|同学|媳妇|对象)(?:[，,、\s的是叫]|名字)+)?"
)
_ENDS_RECEIVER = re.compile(r"$|[，。！,.!\s我你您他她吧啊的]")


def read_receiver(text: str) -> tuple[int, int] | None:
    """The place of the name in the answer to a question for who gets something.

    >>> read_receiver("寄给汪建成我姐夫"), read_receiver("寄给朋友")
    ((2, 5), None)
    """
    lead = _TO.match(text)
    assert lead is not None
    end = read_full(text, lead.end())
    return (lead.end(), end) if end and _ENDS_RECEIVER.match(text, end) else None


def read_kin_told(text: str, at: int) -> int | None:
    """The end of a name of three characters and more that its clause ends with."""
    end = read_full(text, at)
    return end if end and ENDS_KIN.match(text, end) else None
