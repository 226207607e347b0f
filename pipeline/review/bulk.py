"""Many calls at once: each as if alone, and a report of those that were left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from fastapi import HTTPException, Request

from pipeline.errors import CallqaError
from pipeline.people import NewAction
from pipeline.review.actions import perform
from pipeline.review.call_access import find_record
from pipeline.review.context import site_of, visitor_of

BulkName: TypeAlias = Literal["assign", "take", "settle", "good", "coaching"]
BULK: Mapping[BulkName, str] = {
    "assign": "分配", "take": "由我处理", "settle": "处理完毕", "good": "标为优秀示例", "coaching": "标为辅导案例",
}  # fmt: skip
MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class Bulk:
    """``done``: calls that were changed. ``left``: name of each other call, and why."""

    done: int
    left: tuple[tuple[str, str], ...]


def do_bulk(request: Request, name: BulkName, result_ids: Sequence[int], *, to: str = "") -> Bulk:
    """Do the same with many calls. A call that cannot be changed stops no other."""
    user = visitor_of(request).user.name
    made: Mapping[BulkName, Callable[[], NewAction]] = {
        "assign": lambda: NewAction("assign", {"to": to or None}),
        "take": lambda: NewAction("assign", {"to": user}),
        "settle": lambda: NewAction("settle", {"settled": True}),
        "good": lambda: NewAction("mark", {"mark": "good"}),
        "coaching": lambda: NewAction("mark", {"mark": "coaching"}),
    }
    done, left = 0, []
    for result_id in dict.fromkeys(result_ids):
        try:
            perform(request, result_id, [made[name]()])
            done += 1
        except HTTPException as error:
            if error.status_code == 403 and error.detail.isascii():
                raise
            left.append((_name(request, result_id), error.detail))
        except CallqaError as error:
            left.append((_name(request, result_id), str(error)))
    return Bulk(done, tuple(left))


def tell_bulk(params: Mapping[str, str]) -> str:
    """What was done with many calls, from the address of the page after it; "" without."""
    name = next((one for one in get_args(BulkName) if one == params.get("bulk")), None)
    done = params.get("did", "")
    if name is None or not done.isdecimal() or len(done) > 6:
        return ""
    return f"{BULK[name]}：{int(done)} 通。"


def open_findings(request: Request, result_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """Those of the calls that have findings without a decision: result, name and how many."""
    found = [find_record(request, result_id) for result_id in dict.fromkeys(result_ids)]
    return [
        (one.result_id, one.call_id or f"通话 {one.result_id}", one.doubtful)
        for one in found
        if one.doubtful
    ]


def _name(request: Request, result_id: int) -> str:
    record = site_of(request).store.calls.record_of(result_id)
    return (record and record.call_id) or f"通话 {result_id}"
