"""Traditional characters of headings and of names of sides, as simplified ones."""

from __future__ import annotations

_PAIRS = (
    "編编號号對对話话會会訊讯時时間间發发內内戶户錄录檔档隊队類类狀状態态備备註注標标記记轉转機机員员務务單单來来電电開开結结業业組组評评價价"
    "滿满線线網网賣卖買买訪访顧顾遊游觀观眾众費费產产數数據据統统動动覆复應应屬属處处聯联絡络帳账櫃柜營营聽听說说語语種种別别責责問问題题"
    "區区長长總总層层級级專专門门簡简體体檢检驗验錢钱東东區区術术調调園园導导購购鋪铺"
)
_SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def simplified(text: str) -> str:
    """The text with the characters that headings and names of sides have, as simplified ones.

    >>> simplified("對話編號"), simplified("線上客服小美")
    ('对话编号', '线上客服小美')
    """
    return text.translate(_SIMPLIFIED)
