"""The command that draws calls for people to listen to, and tells what a sample says."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import say, told, tr
from pipeline.commands.options import JSON, actor, now, of_site, scoped
from pipeline.jobs import keep_sample, rate_sample
from pipeline.store import Store
from pipeline.study import SamplingPlan, draw

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.types import Scope


@click.command()
@of_site("db")
@click.option("--per-agent", default=5, show_default=True, help="Calls of each agent.")
@click.option(
    "--random-share",
    default=0.4,
    show_default=True,
    help="Share drawn purely at random, to estimate rates.",
)
@click.option(
    "--doubtful-share",
    default=0.3,
    show_default=True,
    help="Share where the machine is least sure.",
)
@click.option(
    "--least-seconds", default=20.0, show_default=True, help="Shorter calls are not drawn."
)
@click.option("--again", is_flag=True, help="Also calls that were reviewed or sampled before.")
@click.option("--seed", default=0, show_default=True, help="The same seed draws the same calls.")
@click.option("--dry-run", is_flag=True, help="Only show; record nothing.")
@click.option(
    "--rates",
    type=int,
    metavar="SAMPLE",
    help="Draw nothing; show what share of all calls has faults, by the random calls of a sample.",
)
@JSON
@scoped
def sample(
    scope: Scope,
    db: Path,
    per_agent: int,
    random_share: float,
    doubtful_share: float,
    least_seconds: float,
    again: bool,
    seed: int,
    dry_run: bool,
    rates: int | None,
    as_json: bool,
) -> None:
    """Draw calls for people to listen to (抽查): so many of each agent, by queue, hour and score;
    recorded in the ledger.

    Once they are reviewed, --rates says what they tell of all calls.

    Example: callqa sample --month 2026-11 --per-agent 5 --seed 7
    """
    if rates is not None:
        _show_rates(db, rates, as_json=as_json)
        return
    plan = SamplingPlan(
        per_agent, random_share, doubtful_share, least_seconds, exclude_reviewed=not again
    )
    with Store.open(db, create=False) as store:
        drawn = draw(store.calls.records(scope), plan, seed=seed).drawn
        if drawn and not dry_run:
            number = keep_sample(
                store, drawn, plan, seed=seed, actor=actor(), at=now(), scope=scope
            )
            say(f"sample number {number}.", err=True)
    if as_json:
        names = ("call", "sha256", "agent", "why", "reason", "probability")
        lines = [
            dict(
                zip(
                    names,
                    (r.call_id, r.sha256, r.agent_id, one.why, one.reason, one.probability),
                    strict=True,
                )
            )
            for one in drawn
            for r in (one.record,)
        ]
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    for one in drawn:
        record = one.record
        click.echo(
            f"{record.agent_id or tr('unknown')}\t{record.call_id or record.sha256[:12]}\t{record.started_at or ''}\t{told(one.reason)}"
        )
    say(f"{len(drawn)} calls drawn.", err=True)


def _show_rates(db: Path, number: int, *, as_json: bool) -> None:
    with Store.open(db, create=False) as store:
        found = rate_sample(store, number)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False))
        return
    say(
        f"sample number {number}: {found.random} calls drawn at random, {found.reviewed} reviewed; the "
        "others count as the machine judges them."
    )
    for name, rate in found.rates.items():
        share = tr("unknown") if rate.estimate is None else f"{rate.estimate:.1%}"
        say(
            f"{told(name)}: {rate.k} of {rate.n} calls, about {share} of all calls (95 % interval "
            f"{rate.low:.1%} to {rate.high:.1%})"
        )
