"""The commands about tone of voice; ``cli.py`` hangs them under ``callqa tone``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    click.echo(
        f"{file}：{len({agent for agent, _ in history.voices})} 位客服的声音基线，{len(history.paces)} 位客服的语速。"
    )


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
    click.echo(f"已记录 {len(labels)} 条语气标注。")


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
    click.echo(
        f"训练：{new.agents} 位客服的 {new.labels} 个片段；留出：{new.blind_labels} 个片段（不同的客服）。"
    )
    click.echo(f"留出部分 AUC：新 {_figure(new.blind_auc)}，现用 {_figure(training.present_auc)}")
    click.echo(
        f"留出部分 Brier：新 {_figure(new.blind_brier)}，现用 {_figure(training.present_brier)}"
    )
    if not training.is_better:
        click.echo("新模型在留出部分不如现用的判断，没有启用。")
        sys.exit(NOT_PROMOTED)
    save_tone_model(new, out)
    click.echo(f'已写入 {out}；在 callqa.toml 的 [tone] 写 model = "{out}" 启用。')


@tone.command("report")
@of_site("db", as_settings=True)
@_MODEL
def tone_report(settings: Settings, model: Path | None) -> None:
    """Show how the judgement of tone stands against reviewers: calibration, precision, agreement.

    Example: callqa tone report --db callqa.db --model tone.json
    """
    with Store.open(settings.site.database, create=False) as store:
        report = report_tone(store, _present(model, settings))
    click.echo(f"标注 {report.labels} 条，评判人 {report.reviewers} 位。")
    if report.precision_interval:
        low, high = report.precision_interval
        click.echo(
            f"机器提示的片段：{report.raised_judged} 个有标注，{report.raised_right} 个确为激动，"
            f"准确率 {report.raised_right / report.raised_judged:.2f}（95% 区间 {low:.2f}～{high:.2f}）"
        )
    else:
        click.echo("机器提示的片段还没有标注，准确率未知。")
    click.echo(f"评判人之间的一致性（Krippendorff α）：{_figure(report.reviewers_alpha)}")
    click.echo(f"机器与评判人的一致性（Krippendorff α）：{_figure(report.machine_alpha)}")
    for line in report.bins:
        click.echo(
            f"  模型概率 {line.predicted:.2f}  标注为激动的比例 {line.observed:.2f}  片段 {line.count}"
        )
    if report.brier is not None:
        click.echo(f"Brier：{report.brier:.3f}")


def _present(model: Path | None, settings: Settings) -> ToneModel | None:
    """The tone model in use, ``None`` for the built-in weights. Raises ``ModelError``."""
    named = model or (Path(settings.tone.model) if settings.tone.model else None)
    return load_tone_model(named) if named else None


def _figure(value: float | None) -> str:
    return "未知" if value is None else f"{value:.3f}"
