"""The commands about tone of voice; ``cli.py`` hangs them under ``callqa tone``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.language import say, tr
from pipeline.commands.options import of_site
from pipeline.jobs import collect_samples, read_labels, report_tone, save_baselines
from pipeline.store import Store
from pipeline.tone import ToneModel, load_tone_model, save_tone_model

if TYPE_CHECKING:
    from pipeline.settings import Settings

OK, NOT_PROMOTED = 0, 1
_MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Tone model in use; else [tone] model, else the built-in weights.",
)


@click.group()
def tone() -> None:
    """Tone of voice (语气): baselines of agents, reviewers' labels, training, report.

    Example: callqa tone report --db callqa.db
    """


@tone.command("baselines")
@of_site("db")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def tone_baselines(db: Path, file: Path) -> None:
    """Write what is usual for the site and each agent into FILE, for machines without the database.

    Example: callqa tone baselines baselines.json --db callqa.db
    """
    with Store.open(db, create=False) as store:
        history = store.results.baselines()
    save_baselines(history, file)
    voices = {agent for agent, _ in history.voices}
    say(f"{file}: the voices of {len(voices)} agents, the pace of {len(history.paces)} agents.")


@tone.command("label")
@of_site("db")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def tone_label(db: Path, file: Path) -> None:
    """Take reviewers' labels from a CSV: call, role, start_s, end_s, grade (平稳, 激动, 平淡),
    reviewer.

    Example: callqa tone label labels.csv --db callqa.db
    """
    with Store.open(db, create=False) as store:
        labels = read_labels(file, store)
        store.tone.label(labels, labelled_at=datetime.now(UTC).isoformat())
    say(f"{len(labels)} labels of tone are kept.")


@tone.command("train")
@of_site("db", as_settings=True)
@_MODEL
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def tone_train(settings: Settings, model: Path | None, out: Path) -> None:
    """Train on reviewers' labels and write the model to OUT if it is no worse on agents kept aside.

    Exit code: 0 written, 1 trained but worse, so not written, 2 too few labels.

    Example: callqa tone train tone.json --db callqa.db
    """
    present = _present(model, settings)
    with Store.open(settings.site.database, create=False) as store:
        from pipeline.tone import train_tone  # noqa: PLC0415 - scikit-learn takes seconds to load

        training = train_tone(collect_samples(store), present)
    new = training.model
    say(
        f"trained on {new.labels} pieces of {new.agents} agents; kept aside: {new.blind_labels} pieces "
        "(of other agents)."
    )
    for name, now_, present_ in (
        ("AUC", new.blind_auc, training.present_auc),
        ("Brier", new.blind_brier, training.present_brier),
    ):
        say(f"{name} of those kept aside: new {_figure(now_)}, in use {_figure(present_)}")
    if not training.is_better:
        say("On those kept aside the new model is worse than the one in use; it is not written.")
        sys.exit(NOT_PROMOTED)
    save_tone_model(new, out)
    say(f'{out}: written; model = "{out}" in [tone] of callqa.toml puts it in use.')


@tone.command("report")
@of_site("db", as_settings=True)
@_MODEL
def tone_report(settings: Settings, model: Path | None) -> None:
    """Show how the judgement of tone stands against reviewers: calibration, precision, agreement.

    Example: callqa tone report --db callqa.db --model tone.json
    """
    with Store.open(settings.site.database, create=False) as store:
        report = report_tone(store, _present(model, settings))
    say(f"{report.labels} labels by {report.reviewers} reviewers.")
    if report.precision_interval:
        low, high = report.precision_interval
        precision = report.raised_right / report.raised_judged
        say(
            f"pieces that the machine raised: {report.raised_judged} have labels, "
            f"{report.raised_right} are excited indeed, precision {precision:.2f} (95 % interval "
            f"{low:.2f} to {high:.2f})"
        )
    else:
        say("Pieces that the machine raised have no labels yet; the precision is not known.")
    say(f"agreement of reviewers (Krippendorff's alpha): {_figure(report.reviewers_alpha)}")
    say(
        f"agreement of machine and reviewers (Krippendorff's alpha): {_figure(report.machine_alpha)}"
    )
    for line in report.bins:
        say(
            f"  probability {line.predicted:.2f}  labelled as excited {line.observed:.2f}  "
            f"pieces {line.count}"
        )
    if report.brier is not None:
        click.echo(f"Brier{tr(': ')}{report.brier:.3f}")


def _present(model: Path | None, settings: Settings) -> ToneModel | None:
    """The tone model in use, ``None`` for the built-in weights. Raises ``ModelError``."""
    named = model or (Path(settings.tone.model) if settings.tone.model else None)
    return load_tone_model(named) if named else None


def _figure(value: float | None) -> str:
    return tr("unknown") if value is None else f"{value:.3f}"
