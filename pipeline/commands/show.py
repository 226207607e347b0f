"""Commands that look: at a call, at this machine, at the models."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import named, say, told, tr
from pipeline.commands.options import OK, SOME_FAILED, note_unmasked, of_site
from pipeline.errors import LexiconError, StoreError
from pipeline.lexicon import (
    choose_lexicons,
    load_lexicon,
    load_regulations,
    name_finding,
    names_of_rules,
    overlay_of,
)
from pipeline.privacy import mask_result
from pipeline.report import result_to_dict
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import Regulations
    from pipeline.settings import Settings
    from pipeline.types import CallMeta, CallResult, Finding, ScoreItem


@click.command()
@click.argument("call")
@of_site("db", "lexicons", as_settings=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
@click.option(
    "--unmasked", metavar="REASON", help="Show personal data; the reason goes into the ledger."
)
def show(call: str, settings: Settings, as_json: bool, unmasked: str | None) -> None:
    """Show one call's score, with the reason for each point.

    CALL is a call id, the id of a conversation in parts (each is shown), a file name, a path, or the first six or more digits of the SHA-256.

    Example: callqa show d03_shirk --db callqa.db
    """
    db = settings.site.database
    with Store.open(db, create=False) as store:
        results = store.results.find(call)
        parts = _parts_of(call, results) if results else []
        for one in parts:
            subject = f"recording {one.recording.sha256}"
            note_unmasked(store, subject, unmasked, {"command": "show"})
    if not parts:
        raise StoreError(
            f"{db}: there is no call {call!r}; give a call id, a file name or the start of its SHA-256"
        )
    hidden = settings.privacy.hidden_from("commands")
    for one in parts:
        shown = one if unmasked else mask_result(one, kinds=hidden)
        if as_json:
            click.echo(json.dumps(result_to_dict(shown), ensure_ascii=False))
        else:
            _print_call(shown, _names_for(shown, settings))


def _names_for(result: CallResult, settings: Settings) -> dict[str, str]:
    """What rules are called, where a finding waits to be named; none by rules that cannot be
    read."""
    if all(finding.verdict != "review" for finding in result.findings):
        return {}
    try:
        lexicons = choose_lexicons(settings.site.lexicons)
        return names_of_rules(load_lexicon(lexicons, overlay_of(settings.site)).rules)
    except LexiconError:
        return {}


def _parts_of(call: str, results: Sequence[CallResult]) -> list[CallResult]:
    """The first result; for the id of a conversation, and for a recording of several agents, the
    first of each part, in order."""
    first = results[0]
    if first.part is None:
        return [first]
    names_all = call in (first.part.conversation, first.call.conversation)
    if not names_all and (not first.part.cut or call == first.call.call_id):
        return [first]
    parts: dict[int, CallResult] = {}
    for result in results:
        if result.part is not None:
            parts.setdefault(result.part.number, result)
    return [parts[number] for number in sorted(parts)]


@click.command()
@of_site("db", "lexicons", "model", as_settings=True)
def doctor(settings: Settings) -> None:
    """Check this machine with the site's model, lexicons and database; say what to do about each
    failure.

    Example: callqa doctor --db callqa.db
    """
    from pipeline.jobs import examine  # noqa: PLC0415 - tries everything there is

    checks = examine(settings)
    for check in checks:
        mark = tr("ok  " if check.is_ok else "FAIL")
        click.echo(f"{mark} {tr(check.name)}{tr(': ')}{told(tr(check.detail))}")
        if not check.is_ok:
            click.echo(f"     {tr(check.remedy)}")
    sys.exit(OK if all(check.is_ok for check in checks) else SOME_FAILED)


@click.command()
def models() -> None:
    """List the speech models that come with callqa, and where they are kept.

    Example: callqa models
    """
    from pipeline.weights import default_cache, folder_of, load_manifest  # noqa: PLC0415

    for spec in load_manifest():
        ready = (folder_of(spec, default_cache()) / "model.bin").exists()
        click.echo(
            f"{spec.name}\t{spec.licence}\t{tr('joined' if ready else 'in its packages')}\t{spec.source}"
        )
    say("Any other name that faster-whisper knows, or a folder in its format, goes into --model.")


def _print_call(result: CallResult, names: Mapping[str, str]) -> None:
    call, points, regulations = result.call, result.score, load_regulations()
    click.echo(
        f"{call.call_id or '—'}  {tr('agent number')} {call.agent_id or tr('unknown')}  {call.started_at or ''}  {result.recording.path}"
    )
    click.echo(
        f"{tr('attitude')} {_points(points.attitude)}  {tr('total')} {_points(points.total)}{'  ' + tr('auto-fail') if points.fatal else ''}"
    )
    for line in filter(None, (_part(result), _line(call))):
        click.echo(line)
    for other in result.recording.sides:
        click.echo(f"{tr('other side')} {other}")
    for flag in points.flags:
        click.echo(f"! {flag}")
    for item in (*points.items, *points.extras):
        _print_item(item, result, regulations)
    for item in points.beside:
        if item.applies:
            _print_item(
                replace(item, name=f"{tr('beside the total')}{tr(': ')}{item.name}"),
                result,
                regulations,
            )
    for finding in result.findings:
        if finding.verdict == "review":
            name = name_finding(finding, names)
            what = tr("to review") if finding.is_doubt else tr("for information")
            click.echo(f"{what}  {_clock(finding.start_s)}  {name}{_quoted(finding)}")
    for utterance in result.utterances:
        click.echo(f"{_clock(utterance.start_s)} {named(utterance.role)}{tr(': ')}{utterance.text}")


def _part(result: CallResult) -> str:
    """Which part of a conversation a result is, and how to see the others; empty for a whole call."""
    part = result.part
    if part is None:
        return ""
    others = "、".join(f"callqa show {name}" for name in part.others)
    return tr(
        f"conversation {part.conversation}, part {part.number} of {len(part.parts)}; other parts: {others}"
    )


def _line(call: CallMeta) -> str:
    """What the telephone system says about a call; empty where it says nothing."""
    said = (
        named(call.direction) if call.direction else "",
        tr("missed") if call.answer == "missed" else "",
        "" if call.ringing_s is None else tr(f"ringing for {call.ringing_s:g} s"),
        f"{named(call.hung_up_by)}{tr(' hung up')}" if call.hung_up_by else "",
        f"{tr('transferred to')} {call.transferred_to}" if call.transferred_to else "",
    )
    line = "  ".join(filter(None, said))
    return f"{tr('telephone record')} {line}" if line else ""


def _print_item(item: ScoreItem, result: CallResult, regulations: Regulations) -> None:
    """An item with its points, and each reason with the place and the sentences behind it."""
    click.echo(
        f"{item.name}  {item.points:g}/{item.full:g}"
        if item.applies
        else f"{item.name}  {item.note}"
    )
    for reason in item.reasons:
        finding = None if reason.finding is None else result.findings[reason.finding]
        at = None if finding is None else finding.start_s
        click.echo(f"    {reason.points:+g}  {_clock(at)}  {regulations.show_reason(reason.text)}")
        if finding is not None and (len(finding.quotes) > 1 or finding.heard_and_written):
            click.echo(f"        {_quoted(finding).strip()}")


def _quoted(finding: Finding) -> str:
    """Each quote with its speaker and time; the quote alone where nobody is known to have said
    it. For a phrase that only the second ear heard also what it heard."""
    heard = f"  {finding.heard_and_written}" if finding.heard_and_written else ""
    if not finding.quotes:
        return f"  {finding.quote}{heard}"
    quotes = (
        f"  {named(quote.said_by)} {_clock(quote.start_s)}“{quote.text}”"
        for quote in finding.quotes
    )
    return "".join(quotes) + heard


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
