"""考核依据: the documents that rules and scoring sheets cite, and which of them cite what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pipeline.lexicon import Regulation, Regulations, Rule, Scorecard, SourcePart, sources_in
from pipeline.review.context import ReviewContext, site_of
from pipeline.review.render import render

router = APIRouter()
WHOLE = "（整节）"
"""The gist of a heading that is cited as a whole."""


@dataclass(frozen=True, slots=True)
class CitedClause:
    """A clause with the rules (id, name) and the sheets (name) that rest on it."""

    at: str
    gist: str
    rules: tuple[tuple[str, str], ...]
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document: its clauses in its own order, then headings that are cited as a whole; and the
    names of the sheets that rest on it."""

    document: Regulation
    clauses: tuple[CitedClause, ...]
    sheets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """One part of a source, of a rule (id, name) or of a sheet (name)."""

    part: SourcePart
    rule: tuple[str, str] | None
    sheet: str = ""


@router.get("/regulations")
def show_regulations(request: Request) -> HTMLResponse:
    """The documents with their clauses, and what rests on no document."""
    site = site_of(request)
    cited = list(_citations(site))
    own: dict[str, list[Citation]] = defaultdict(list)
    for one in cited:
        if one.part.document is None:
            own[one.part.show()].append(one)
    return render(
        request,
        "regulations.html.j2",
        documents=[_document(one, cited) for one in site.regulations.documents],
        own=[CitedClause("", text, _rules(ones), _sheets(ones)) for text, ones in own.items()],
    )


def _citations(site: ReviewContext) -> Iterator[Citation]:
    for rule in site.rules.values():
        yield from _parts(site.regulations, rule)
    for sheet in site.sheets:
        yield from _parts(site.regulations, sheet)


def _parts(regulations: Regulations, citing: Rule | Scorecard) -> Iterator[Citation]:
    rule, sheet = (
        ((citing.id, citing.name), "") if isinstance(citing, Rule) else (None, citing.name)
    )
    for source in sources_in(citing):
        for part in regulations.read(source):
            yield Citation(part, rule, sheet)


def _document(document: Regulation, cited: list[Citation]) -> CitedDocument:
    by_clause: dict[str, list[Citation]] = defaultdict(list)
    for one in cited:
        if one.part.document is document:
            by_clause[document.show(one.part.at)].append(one)
    rows = [(clause.at, clause.gist) for clause in document.clauses]
    listed = {document.show(at) for at, _ in rows}
    rows += [(ones[0].part.at, WHOLE) for at, ones in by_clause.items() if at not in listed]
    return CitedDocument(
        document,
        tuple(_clause(document, at, gist, by_clause) for at, gist in rows),
        _sheets([one for ones in by_clause.values() for one in ones]),
    )


def _clause(
    document: Regulation, at: str, gist: str, by_clause: dict[str, list[Citation]]
) -> CitedClause:
    shown = document.show(at)
    ones = by_clause.get(shown, [])
    return CitedClause(
        shown.removeprefix(f"《{document.title}》"), gist, _rules(ones), _sheets(ones)
    )


def _rules(cited: list[Citation]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(one.rule for one in cited if one.rule))


def _sheets(cited: list[Citation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sheet for one in cited if one.sheet))
