"""One call: heard, seen, judged."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pipeline.acts import Act
from pipeline.report.html import KINDS, marked_parts
from pipeline.revision import decision_of
from pipeline.store import Entry
from pipeline.types import CallResult, Finding
from review.access import Permission, may
from review.calls import CallView, view_call
from review.pages.ledger import ACTIONS as LEDGER_ACTIONS
from review.render import render
from review.site import Site, site_of, visitor_of

router = APIRouter()

ACTS = {
    "decide": "判定", "add": "添加问题", "role": "改说话人", "text": "改文字", "override": "改分", "tone": "标注语气",
    "comment": "备注", "mark": "标记", "assign": "分派", "settle": "处理完毕",
}  # fmt: skip
GRADES = {"calm": "平稳", "raised": "高于平时", "flat": "平淡"}
MARKS = {"good": "优秀案例", "coaching": "用于辅导"}
LOUD_KINDS = ("forbidden", "missing", "interruption", "process", "tone", "pace", "volume", "silence", "pii")
LEDGER_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding of the machine's with its place in the result, what people decided, and what the rule says."""

    position: int
    finding: Finding
    decision: Act | None
    name: str
    source: str
    points: float

    @property
    def is_open(self) -> bool:
        """Whether it is left to a person, and no person has decided."""
        return self.finding.verdict == "review" and (self.decision is None or self.decision.value["decision"] == "open")


@router.get("/calls/{result_id}")
def show_call(request: Request, result_id: int) -> HTMLResponse:
    """What matters first: why it was flagged, the finding, its sound."""
    site, view = site_of(request), view_call(request, result_id)
    user = visitor_of(request).user
    reviews = may(user, Permission.READ_ALL)
    store = site.store
    findings = _shown(site, view)
    return render(
        request, "call.html.j2", view=view, result=view.counting, machine=view.machine, findings=findings,
        first=next((one.position for one in findings if one.is_open), findings[0].position if findings else None),
        rows=[(one, marked_parts(one, view.counting.findings)) for one in view.counting.utterances],
        added=[act for act in view.acts if act.kind == "add" and act.in_force],
        acts=[act for act in reversed(view.acts) if reviews or act.kind not in ("comment", "assign", "mark")],
        results=store.results_of(view.record.sha256), standing=store.standing(view.record.sha256),
        appeals=store.appeals(sha256=view.record.sha256), reasons=_unmeasured(view.counting), reviews=reviews,
        ledger=_ledger(site, view) if may(user, Permission.READ_LEDGER) else (),
        rules=_choices(site) if may(user, Permission.REVIEW) else (), RULES=site.names.rules,
        people=[one.name for one in store.users() if may(one, Permission.REVIEW)]
        if may(user, Permission.ASSIGN) else [],
        can_undo=lambda act: act.in_force and (act.actor == user.name or may(user, Permission.OVERRIDE)),
        ACTS=ACTS, LEDGER=LEDGER_ACTIONS, GRADES=GRADES, MARKS=MARKS, SHEETS=site.names.sheets,
    )  # fmt: skip


def _shown(site: Site, view: CallView) -> list[Shown]:
    """The machine's findings, those that a person must decide first, then those that cost points, then the rest."""
    machine = view.machine.findings
    counted = {(f.rule, f.kind, f.role, f.start_s): f.points for f in view.counting.findings}
    shown = [
        Shown(
            position, finding, decision_of(finding, view.acts, machine), site.names.rules.get(finding.rule, ""),
            _source(site, finding), counted.get((finding.rule, finding.kind, finding.role, finding.start_s), 0.0),
        )
        for position, finding in enumerate(machine)
    ]  # fmt: skip
    order = {kind: place for place, kind in enumerate(LOUD_KINDS)}
    return sorted(shown, key=lambda one: (not one.is_open, order.get(one.finding.kind, 99), one.finding.start_s))


def _source(site: Site, finding: Finding) -> str:
    rule = site.rules.get(finding.rule)
    return rule.source if rule else ""


def _choices(site: Site) -> list[tuple[str, str]]:
    """What a finding by hand may be: kind and rule, and what it is called."""
    choices = []
    for rule in site.rules.values():
        kinds = {"forbidden": ("forbidden",), "process": ("process",), "required": ("missing", "required")}
        choices += [(f"{kind}:{rule.id}", f"{KINDS[kind]} · {rule.name}") for kind in kinds.get(rule.kind, ())]
    return sorted(choices, key=lambda choice: choice[1])


def _unmeasured(result: CallResult) -> dict[str, str]:
    return {missing.figure: missing.reason for missing in result.dynamics.unmeasured}


def _ledger(site: Site, view: CallView) -> list[Entry]:
    entries = [*site.store.ledger_entries(f"call {view.record.sha256}")]
    for past in site.store.results_of(view.record.sha256):
        entries += site.store.ledger_entries(f"result {past.id}")
    return sorted(entries, key=lambda entry: -entry.id)[:LEDGER_SHOWN]
