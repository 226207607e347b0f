"""The command that searches what was said."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import named, say, tr
from pipeline.commands.options import JSON, note_unmasked, of_site
from pipeline.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings import PrivacySettings
    from pipeline.types import Kinds


@click.command()
@click.argument("text")
@of_site("db", "privacy")
@click.option(
    "--role", type=click.Choice(["agent", "customer", "unknown"]), help="Said by this side only."
)
@click.option("--limit", default=50, show_default=True, help="The last so many calls.")
@click.option(
    "--unmasked", metavar="REASON", help="Show personal data; the reason goes into the ledger."
)
@JSON
def search(
    text: str,
    db: Path,
    privacy: PrivacySettings,
    role: str | None,
    limit: int,
    unmasked: str | None,
    as_json: bool,
) -> None:
    """Find calls in which TEXT was said, the last first: any characters, one or more; punctuation
    does not count.

    Example: callqa search 退款 --role customer
    """
    roles = (role,) if role else ("agent", "customer", "unknown")
    with Store.open(db, create=False) as store:
        hidden: Kinds = frozenset() if unmasked else privacy.hidden_from("commands")
        shown = store.calls.search(text, roles=roles, limit=limit, hidden=hidden)  # type: ignore[arg-type]
        note_unmasked(store, "search", unmasked, {"text": text})
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(match) for match in shown], ensure_ascii=False))
        return
    for match in shown:
        at = f"{int(match.start_s) // 60:02d}:{int(match.start_s) % 60:02d}"
        click.echo(
            f"{match.call_id or match.sha256[:12]}  {match.agent_id or '—'}  {at} {named(match.role)}{tr(': ')}{match.text}"
        )
    calls = len({match.sha256 for match in shown})
    say(f"{calls} calls, {len(shown)} places found.", err=True)
