"""Units that facts and spoken amounts are counted in, and how much of a base unit each is.

Amounts of one base unit can be compared: 24 小时 is 1 天. A month has no fixed number of days and a
working day is no calendar day, so these are base units of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("元", "块钱", "块", "圆", "元钱"), ("元", 1.0)),
    **dict.fromkeys(("角", "毛", "毛钱", "角钱"), ("元", 0.1)),
    "分钱": ("元", 0.01),
    **dict.fromkeys(("工作日", "个工作日", "个工作天", "工作天"), ("工作日", 1.0)),
    **dict.fromkeys(("天", "自然日", "个自然日", "日内", "日之内", "日以内"), ("分钟", 1440.0)),
    **dict.fromkeys(("周", "个星期", "星期", "个礼拜", "礼拜"), ("分钟", 7 * 1440.0)),
    **dict.fromkeys(("小时", "个小时", "个钟头", "钟头"), ("分钟", 60.0)),
    **dict.fromkeys(("分钟",), ("分钟", 1.0)),
    **dict.fromkeys(("秒", "秒钟"), ("分钟", 1 / 60)),
    "个月": ("个月", 1.0),
    "年": ("个月", 12.0),
    **dict.fromkeys(("%", "％", "个百分点"), ("%", 1.0)),
    **dict.fromkeys(("‰",), ("%", 0.1)),
    "折": ("折", 1.0),
    **dict.fromkeys(("公斤", "千克", "kg", "KG"), ("公斤", 1.0)),
    "斤": ("公斤", 0.5),
    "克": ("公斤", 0.001),
    "吨": ("公斤", 1000.0),
    **dict.fromkeys(("米",), ("米", 1.0)),
    **dict.fromkeys(("公里", "千米"), ("米", 1000.0)),
    **dict.fromkeys(("厘米", "公分"), ("米", 0.01)),
    **dict.fromkeys(("平方米", "平米", "平方"), ("平方米", 1.0)),
    **dict.fromkeys(("兆", "M", "Mbps"), ("兆", 1.0)),
    **dict.fromkeys(("GB", "G", "个G"), ("GB", 1.0)),
    **dict.fromkeys(("岁", "周岁"), ("岁", 1.0)),
    **dict.fromkeys(("号楼", "栋"), ("栋", 1.0)),
    **dict.fromkeys(("层", "楼"), ("层", 1.0)),
    **{own: (own, 1.0) for own in ("号", "次", "张", "份", "件", "台", "位", "套", "寸", "度", "倍", "积分", "路", "期", "本", "人")},
}  # fmt: skip
"""Spelling → base unit and factor."""

PERIODS = (
    "月",
    "年",
    "次",
    "天",
    "小时",
    "分钟",
    "公斤",
    "千克",
    "件",
    "人",
    "户",
    "台",
    "平米",
    "张",
    "度",
    "本",
    "份",
    "吨",
    "立方",
    "方",
    "期",
)
"""What an amount may be for each of: 25 元/月."""
