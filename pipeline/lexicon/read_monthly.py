"""Read monthly sheets and the kinds of events, whole or not at all; each message says file, line,
value and what was expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.monthly import MonthForm, MonthlyBook, MonthlySheet, MonthRules
from pipeline.lexicon.read_events import EVENTS_FILE, load_event_kinds
from pipeline.lexicon.read_month_forms import read_form, refuse_twice
from pipeline.lexicon.read_regulations import check_sources, load_regulations
from pipeline.lexicon.read_scorecard import read_grades
from pipeline.lexicon.read_words import LEXICON_FOLDER
from pipeline.lexicon.reader import Field, digest, read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from pipeline.lexicon.regulations import Regulations
    from pipeline.types import EventBook

MONTHLY_FOLDER = "monthly"
VERSION = "1"

_NEEDED = ("version", "id", "name", "department", "source", "forms")
_OPTIONAL = ("queues", "starts", "ends", "least_calls", "publish_by", "grades")


def load_monthly(
    folder: Path = LEXICON_FOLDER, *, rule_ids: Collection[str] | None = None
) -> MonthRules:
    """The monthly sheets and kinds of events of a lexicon's folder; of one that has no folder
    ``monthly``, those that come with callqa. ``rule_ids``: where given, findings that suggest
    events in the folder's own file are of these rules. Raises ``LexiconError`` in Chinese at the first thing
    that is wrong, also where no sheet fits every queue, or two fit the same queue from the same
    day."""
    lexicons = folder if (folder / MONTHLY_FOLDER).exists() else LEXICON_FOLDER
    own = lexicons / MONTHLY_FOLDER
    kinds = load_event_kinds(own / EVENTS_FILE)
    regulations = load_regulations(lexicons)
    is_own = rule_ids is not None and lexicons == folder
    unknown = sorted(set(kinds.by_rule) - set(rule_ids or ())) if is_own else []
    if unknown:
        raise LexiconError(
            f"{own / EVENTS_FILE}：findings 里的规则{'、'.join(unknown)}不在规则文件中，请改为已有的规则编号"
        )
    sheets = [
        load_monthly_sheet(path, kinds=kinds, regulations=regulations)
        for path in sorted(own.glob("*.yaml"))
        if path.name != EVENTS_FILE
    ]
    _check_together(own, sheets)
    return MonthRules(MonthlyBook(tuple(sheets)), kinds)


def _check_together(folder: Path, sheets: Sequence[MonthlySheet]) -> None:
    if not any("*" in sheet.queues and sheet.starts is None for sheet in sheets):
        raise LexiconError(
            f'{folder}：没有适用于所有队列（queues: ["*"]，不写 starts）的月度考核表，'
            "其他队列的客服将没有月度成绩"
        )
    seen: dict[tuple[str, object], MonthlySheet] = {}
    ids: dict[str, MonthlySheet] = {}
    for sheet in sheets:
        if sheet.id in ids:
            raise LexiconError(f"{sheet.at}：月度考核表编号“{sheet.id}”已经用于 {ids[sheet.id].at}")
        ids[sheet.id] = sheet
        for queue in sheet.queues:
            other = seen.setdefault((queue, sheet.starts), sheet)
            if other is not sheet:
                raise LexiconError(
                    f"{sheet.at}：队列“{queue}”从同一天起已有月度考核表“{other.id}”（{other.at}），"
                    "请改 queues 或 starts"
                )


def load_monthly_sheet(
    path: Path, *, kinds: EventBook, regulations: Regulations | None = None
) -> MonthlySheet:
    """A monthly sheet whose weights sum to 1 and whose forms have 100 points each, which names
    known kinds of events and levels only, and where ``regulations`` are given cites only clauses
    that these have. Raises ``LexiconError`` in Chinese at the first thing that is wrong."""
    top = read_yaml(path)
    entries = top.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    entries["version"].choice(VERSION)
    forms = tuple(read_form(field, kinds) for field in entries["forms"].items())
    _check_weights(entries["forms"], forms)
    refuse_twice(entries["forms"], [form.id for form in forms])
    if regulations is not None:
        check_sources(top, regulations)
    return MonthlySheet(
        id=entries["id"].text(),
        name=entries["name"].text(),
        department=entries["department"].text(),
        forms=forms,
        source=entries["source"].text(),
        version=digest([path]),
        at=entries["id"].place,
        **_when_and_how(entries),
    )


def _when_and_how(entries: dict[str, Field]) -> dict[str, Any]:
    """For whom and when the sheet is, and what its total means."""
    found: dict[str, Any] = {}
    if "queues" in entries:
        found["queues"] = entries["queues"].texts()
    for key in ("starts", "ends"):
        if key in entries:
            found[key] = entries[key].day()
    if "starts" in found and "ends" in found and found["ends"] < found["starts"]:
        raise entries["ends"].wrong(f"不早于 starts（{found['starts']}）的日期")
    if "grades" in entries:
        found["grades"] = read_grades(entries["grades"])
    if "least_calls" in entries:
        found["least_calls"] = entries["least_calls"].whole(least=0, most=100_000)
    if "publish_by" in entries:
        found["publish_by"] = entries["publish_by"].whole(least=1, most=28)
    return found


def _check_weights(field: Field, forms: Sequence[MonthForm]) -> None:
    total = math.fsum(form.weight for form in forms)
    if not math.isclose(total, 1.0, abs_tol=1e-6):
        parts = "、".join(f"{form.name} {form.weight:g}" for form in forms)
        raise LexiconError(f"{field.place}：各表权重（weight）合计为 {total:g}，应为 1（{parts}）")
