"""The commands of the second ear; ``cli.py`` hangs them under ``callqa ear``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.language import say, tr
from pipeline.commands.options import JSON, of_site
from pipeline.ear import find_head, load_head
from pipeline.eartrain import (
    Plan,
    Shape,
    Training,
    WhisperModel,
    encode_quiet,
    encode_speech,
    measure_head,
    read_figures,
    read_speech,
    train_head,
    write_figures,
)
from pipeline.errors import SettingsError
from pipeline.lexicon import load_lexicon, read_overlay
from pipeline.types import ensure_extra, load_extra
from pipeline.weights import find_model

if TYPE_CHECKING:
    from pipeline.eartrain import Measured

_SPEECH = click.option(
    "--speech",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="List of speech: JSON lines with audio, text and speaker; may be given several times.",
)
_DEFAULTS = Shape()


@click.group()
def ear() -> None:
    """The second ear, which finds phrases by sound: train its head for a speech model, measure it.

    Example: callqa ear measure --speech calls/speech.jsonl
    """


@ear.command("train")
@of_site("model", "lexicons", "overlay")
@_SPEECH
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="Folder for the weights, their figures and their card.",
)  # fmt: skip
@click.option("--aside", multiple=True, metavar="SPEAKER",
    help="A speaker to measure on and not to learn from; may be given several times.",
)  # fmt: skip
@click.option("--states", type=click.Path(file_okay=False, path_type=Path),
    help="Keep encoded speech in this folder, and take it from there: 6 MB a minute.",
)  # fmt: skip
@click.option("--variants", default=4, show_default=True, type=click.IntRange(1),
    help="Times that each utterance is heard: once clean, then by telephone.",
)  # fmt: skip
@click.option("--width", default=_DEFAULTS.width, show_default=True, type=click.IntRange(8),
    help="Width of the network.",
)  # fmt: skip
@click.option("--frame-steps", default=Plan().frame_steps, show_default=True,
    type=click.IntRange(0), help="Steps that learn from labels of frames.",
)  # fmt: skip
@click.option("--ctc-steps", default=Plan().ctc_steps, show_default=True, type=click.IntRange(0),
    help="Steps of CTC after them.",
)  # fmt: skip
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="The same seed gives the same head.",
)
def ear_train(
    model: str, lexicons: Path, overlay: Path, lists: tuple[Path, ...], out: Path, aside: tuple[str, ...],
    states: Path | None, variants: int, width: int, frame_steps: int, ctc_steps: int, seed: int,
) -> None:  # fmt: skip
    """Train the head of the second ear for a speech model, and write it with figures and a card.

    Needs pip install 'callqa[ear]'. An hour of speech takes about half an hour of processor time.

    Example: callqa ear train --model ./medium-zh --speech speech.jsonl --out ear/
    """
    ensure_extra("ear", use="callqa ear train")
    phrases = _phrases(lexicons, overlay)
    training = Training(
        _named(lists), out, aside, variants,
        Shape(width, _DEFAULTS.dilations, _DEFAULTS.taps),
        Plan(frame_steps, ctc_steps, seed=seed), states,
    )  # fmt: skip
    path = train_head(training, _load_whisper(model), phrases, lambda line: say(line, err=True))
    for name, measured in read_figures(out)["measured"].items():
        _show(name, measured)
    say(f"{path}: written; put it into the folder ear of the cache to use it (see docs/ear.md).")


@ear.command("measure")
@of_site("model", "lexicons", "overlay")
@_SPEECH
@click.option("--head", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of weights; else the one in use for the model.",
)  # fmt: skip
@click.option("--telephone", is_flag=True, help="Also by random telephones.")
@click.option(
    "--name", help="Write the figures by this name into figures.json and the card beside --head."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0),
    help="For phrases, telephones and sound without speech.",
)  # fmt: skip
@JSON
def ear_measure(
    model: str, lexicons: Path, overlay: Path, lists: tuple[Path, ...], head: Path | None, telephone: bool,
    name: str | None, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Measure a head: phrases found and falsely found, wrong syllables, syllables in silence.

    Use speech that the head has not learnt from. Needs pip install 'callqa[ear]'.

    Example: callqa ear measure --speech calls/speech.jsonl
    """
    load_extra("soundfile", extra="ear", use="callqa ear measure")
    if name and head is None:
        raise SettingsError(
            "--name needs --head: figures are written into figures.json beside that file"
        )
    utterances, phrases = read_speech(_named(lists)), _phrases(lexicons, overlay)
    known = read_figures(head.parent) if name and head else None
    whisper = _load_whisper(model)
    chosen = load_head(head) if head else find_head(whisper.sha256)
    if chosen is None:
        raise SettingsError(
            f"the model {model!r} has no head; train one with callqa ear train, or name a file with "
            "--head"
        )
    if chosen.whisper_sha256 != whisper.sha256:
        raise SettingsError(
            f"{head}: belongs to the model with the SHA-256 {chosen.whisper_sha256[:12]}…, not to "
            f"{model!r} ({whisper.sha256[:12]}…)"
        )
    corpus = encode_speech(utterances, whisper.encode, variants=2 if telephone else 1, seed=seed)
    figures: dict[str, Measured] = {}
    for kind in ("clean", "telephone"):
        heard = [one for one in corpus.heard if one.kind == kind]
        if heard:
            figures[kind] = measure_head(chosen, corpus, heard, phrases, seed)
    quiet = encode_quiet(whisper.encode, seed=seed + 1000)
    figures["quiet"] = measure_head(chosen, quiet, quiet.heard, phrases, seed)
    if name and head and known:
        known["measured"][name] = asdict(figures["clean"])
        write_figures(head.parent, known)
    if as_json:
        json.dump(
            {k: asdict(m) for k, m in figures.items()}, sys.stdout, ensure_ascii=False, indent=1
        )
        click.echo()
        return
    for kind, measured in figures.items():
        _show(kind, asdict(measured))


def _show(kind: str, m: dict[str, Any]) -> None:
    """One set of figures, in lines for a person."""
    kinds = {
        "clean": tr("as it is"), "telephone": tr("by telephone"), "quiet": tr("nobody speaks"),
    }  # fmt: skip
    click.echo(f"{kinds.get(kind, kind)}{tr(': ')}".rstrip())
    if m["syllables"]:
        wrong = sum(m["errors"]) / m["syllables"]
        say(
            f"  {m['minutes']:g} minutes of speech, syllable error rate {wrong:.3f}, "
            f"{m['phrases']} phrases searched"
        )
        for row in m["levels"]:
            say(
                f"  score ≥ {row['level']:g}: {row['found']} of {row['said']} places found; "
                f"{row['near']} one syllable off; {row['false']} falsely found; "
                f"{row['confused']} of {row['variants']} with another near syllable mistaken for it"
            )
    if m["quiet_min"]:
        say(f"  {m['quiet_min']:g} minutes in which nobody speaks, {m['inserted']} syllables found")
    say(f"  computing takes {m['cost']:.4f} of the sound's time")


def _named(lists: tuple[Path, ...]) -> tuple[Path, ...]:
    if not lists:
        raise SettingsError(
            "name a list of speech with --speech: JSON lines with audio, text and speaker"
        )
    return lists


def _load_whisper(model: str) -> WhisperModel:
    from pipeline.transcribe import load_encoder  # noqa: PLC0415 - loads the whole recogniser

    folder = find_model(model)
    return WhisperModel(folder.name, folder.sha256, load_encoder(folder).encode)


def _phrases(lexicons: Path, overlay: Path) -> list[str]:
    """What agents must not say, by the rules."""
    rules = load_lexicon(lexicons, read_overlay(overlay)).rules
    return sorted({p.say for rule in rules if rule.kind == "forbidden" for p in rule.phrases})
