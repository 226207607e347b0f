"""The names of promises and their states, and where the review pages list them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.types import PromiseFigures, PromiseKind, PromiseStatus, Scope

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


def tell_promises(figures: PromiseFigures) -> str:
    """The figures of a group in a sentence; numbers of nothing are left out.

    >>> from pipeline.types import PromiseFigures
    >>> tell_promises(PromiseFigures(None, None, 5, 3, 1, 0, 1, 0))
    '承诺 5 项：已兑现 3，逾期兑现 1，未到期 1；按期率 75%'
    """
    counts = "，".join(
        f"{name} {number}"
        for status, name in PROMISE_STATUSES.items()
        if (number := getattr(figures, status))
    )
    share = "" if figures.kept_share is None else f"；按期率 {figures.kept_share:.0%}"
    return f"承诺 {figures.made} 项{f'：{counts}' if counts else ''}{share}"


def promise_address(scope: Scope, status: str = "", agent: str | None = None) -> str:
    """The path of the page with the promises of a scope, of one status or all. ``agent``: of this
    agent of the scope.

    >>> from pipeline.types import Scope
    >>> promise_address(Scope.of_month("2026-11"), "late", "8012")
    '/promises?since=2026-11-01&until=2026-11-30&agent=8012&status=late'
    """
    chosen = {
        "since": scope.since,
        "until": scope.until,
        "agent": agent or scope.agent,
        "team": scope.team,
        "queue": scope.queue,
        "status": status,
    }
    return f"/promises?{urlencode({name: value for name, value in chosen.items() if value})}"
