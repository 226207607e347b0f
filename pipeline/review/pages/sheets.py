"""评分表: the points of each deduction, and proposals to change them with a trial of last month."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from pipeline.errors import ProposalError
from pipeline.jobs import propose, start_trial
from pipeline.lexicon import Adjustment, DeductionLine, Item, Scorecard, deductions_of
from pipeline.people import NewProposal
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.proposal_view import name_deduction
from pipeline.review.render import render
from pipeline.types import SheetPoints

router = APIRouter()


@router.get("/sheets")
def show_sheets(request: Request) -> HTMLResponse:
    return render(request, "sheets.html.j2", sheets=site_of(request).sheets)


@router.get("/sheets/{sheet_id}")
def show_sheet(request: Request, sheet_id: str) -> HTMLResponse:
    """A sheet with its deductions, and for those who may propose fields for other points."""
    site = site_of(request)
    sheet = _find(site, sheet_id)
    items: list[Item | Adjustment] = [*sheet.elements, *sheet.beside, *sheet.extras]
    lines = list(enumerate(deductions_of(sheet, site.overlay)))
    return render(
        request, "sheet.html.j2", NAMES=site.names.rules, sheet=sheet, items=items, extras={one.id for one in sheet.extras},
        lines={item.id: [pair for pair in lines if pair[1].element == item.id] for item in items},
        name=lambda line: name_deduction(line.which, site), rule=lambda line: dict(line.which).get("rule", ""),
    )  # fmt: skip


@router.post("/sheets/{sheet_id}/propose")
async def propose_points(request: Request, sheet_id: str) -> RedirectResponse:
    """Propose other points: ``points:N`` for the deduction with number N of the sheet."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_propose, request, sheet_id, form)


def _propose(request: Request, sheet_id: str, form: dict[str, str]) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    sheet = _find(site, sheet_id)
    changes = []
    for number, line in enumerate(deductions_of(sheet, site.overlay)):
        given = form.get(f"points:{number}", "").strip()
        if given and line.points is not None and _number(given) != line.points:
            changes.append(_change(sheet, line, _number(given)))
    new = NewProposal(tuple(changes), form.get("note", ""))
    made = propose(site.store, new, site.settings, user=user, at=site.now)
    start_trial(site.store, made, site.settings)
    return RedirectResponse(f"/proposals/{made.id}", 303)


def _change(sheet: Scorecard, line: DeductionLine, points: float) -> SheetPoints:
    return SheetPoints(sheet.id, line.element, line.which, points, line.added)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise ProposalError(f"分值“{text[:20]}”不对，应为 0 到 100 之间的数")
    return value


def _find(site: ReviewContext, sheet_id: str) -> Scorecard:
    sheet = next((one for one in site.sheets if one.id == sheet_id), None)
    if sheet is None:
        raise HTTPException(404)
    return sheet
