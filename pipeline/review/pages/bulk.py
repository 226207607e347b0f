"""Many rows of a list at once: assign, take, settle, mark."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.review.bulk import BULK, MOST_CALLS, BulkName, do_bulk, open_findings
from pipeline.review.fields import UserName
from pipeline.review.render import render

router = APIRouter()
NONE_TICKED = "请先勾选通话。"


@router.post("/queue/bulk")
def change_many(
    request: Request,
    does: Annotated[BulkName, Form()],
    call: Annotated[list[int], Form(max_length=MOST_CALLS)] = [],  # noqa: B006 - FastAPI copies it
    to: Annotated[UserName, Form()] = "",
    sure: Annotated[bool, Form()] = False,
    came: Annotated[str, Form(alias="from", max_length=900)] = "",
) -> Response:
    """Do the same with all ticked calls. Before calls with findings without a decision are settled
    the page asks; calls that could not be changed are listed with the reason."""
    if not call:
        raise HTTPException(400, NONE_TICKED)
    waiting = [] if sure or does != "settle" else open_findings(request, call)
    if waiting:
        return render(
            request, "bulk.html.j2", name=BULK[does], does=does, calls=call, waiting=waiting, left=(), done=0,
            came=came,
        )  # fmt: skip
    made = do_bulk(request, does, call, to=to)
    if made.left:
        return render(
            request, "bulk.html.j2", name=BULK[does], does=does, calls=call, waiting=(), left=made.left,
            done=made.done, came=came,
        )  # fmt: skip
    return RedirectResponse(f"/queue?{came}&{urlencode({'bulk': does, 'did': made.done})}", 303)
