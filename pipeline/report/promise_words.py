"""What promises and their states are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.types import PromiseKind, PromiseStatus

PROMISE_KINDS: Mapping[PromiseKind, str] = {
    "contact": "回电回复",
    "visit": "上门",
    "deliver": "退款送达",
    "handle": "处理完成",
}
PROMISE_STATUSES: Mapping[PromiseStatus, str] = {
    "kept": "已兑现",
    "late": "逾期兑现",
    "overdue": "到期未见兑现",
    "open": "未到期",
    "unknown": "待人工看",
}
