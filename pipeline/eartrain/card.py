"""The card of a head: what it is, what it learnt from, how it was measured, what it cannot do."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from pipeline.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CARD, FIGURES, ASIDE = "README.md", "figures.json", "aside.json"
"""``ASIDE``: figures of a head trained alike without some speakers, put there by hand."""

NAMES = {
    "clean": "read speech",
    "telephone": "the same by telephone",
    "quiet": "no speech",
}
"""Kinds of sound, as the tables name them."""


def read_figures(folder: Path) -> dict[str, Any]:
    """The figures beside a head. Raises ``ModelError`` where they cannot be read."""
    return _read(folder / FIGURES)


def _read(path: Path) -> dict[str, Any]:
    try:
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(figures, dict) or not isinstance(figures.get("measured"), dict):
            raise ValueError("there is no 'measured' in it")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path}: the figures of the training cannot be read: {error}; train again"
        ) from error
    return figures


def write_figures(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write the figures and the card that tells them. Raises ``ModelError`` where figures lack
    something that the card tells, and where the folder cannot be written."""
    try:
        card = render_card(figures, read_aside(folder))
        text = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
        (folder / FIGURES).write_text(text, encoding="utf-8")
        (folder / CARD).write_text(card, encoding="utf-8")
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"{folder / FIGURES}: lacks figures for the card ({error}); train again"
        ) from error
    except OSError as error:
        raise ModelError(f"{folder}: cannot be written: {error.strerror or error}") from error


def read_aside(folder: Path) -> dict[str, Any] | None:
    """The figures of the head without some speakers, ``None`` where there are none."""
    path = folder / ASIDE
    if not path.exists():
        return None
    return _read(path)


def render_card(figures: Mapping[str, Any], aside: Mapping[str, Any] | None) -> str:
    """The card as Markdown."""
    parts = [
        _what(figures),
        _data(figures),
        _training(figures),
        _tables(figures, aside),
        _LIMITS,
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _what(f: Mapping[str, Any]) -> str:
    what = (
        f"**What it is.** {f['blocks']} residual blocks of width {f['width']} (each dimension "
        f"convolved over {f['taps']} frames, dilations {', '.join(map(str, f['dilations']))}), "
        f"trained with CTC: {f['syllables']} syllables without tones, and the blank. "
        f"{f['weights']:,} weights of 16 bits, {f['bytes']:,} bytes."
    )
    return f"""
# Head of the second ear for Whisper `{f["whisper"]}`

`callqa ear train` writes this page, the weights and `figures.json`: do not edit them by hand.

**What for.** It reads syllables from the states that Whisper's encoder computes anyway, so that
callqa finds given phrases by their sound where Whisper's text has lost them. `pipeline/ear/` runs
it in numpy. It is a poor transcriber and a good finder.

{_fill(what)}

| file | SHA-256 |
|---|---|
| `{f["file"]}` | `{f["sha256"]}` |
| `model.bin` of Whisper, which it belongs to | `{f["whisper_sha256"]}` |"""


def _data(f: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"| `{one['list']}` | {one['utterances']} | {one['speakers']} | `{one['sha256']}` |"
        for one in f["data"]
    )
    licences = sorted({licence for one in f["data"] for licence in one["licences"]})
    return f"""
## Data

| list | utterances | speakers | SHA-256 |
|---|---|---|---|
{rows}

The hash is over the text and the sound of all utterances of the list. Licences:

{chr(10).join(f"- {licence}" for licence in licences) or "- none was named"}

Sound without speech (silence, noise, ringing, keys, hold music) is made by code."""


def _training(f: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in f["versions"].items())
    aside = f"Speakers left aside: {', '.join(f['aside'])}. " if f["aside"] else ""
    told = (
        f"Each utterance is encoded {f['variants']} times, once as it is and then through random "
        f"telephones ({f['lines']}). {f['frame_steps']} steps learn from rough labels of frames, "
        f"{f['ctc_steps']} from CTC. {aside}Seed {f['seed']}; {versions}. Another processor may "
        "round differently."
    )
    return f"## Training\n\n{_fill(told)}"


def _fill(text: str) -> str:
    """Lines that fit a screen."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _tables(f: Mapping[str, Any], aside: Mapping[str, Any] | None) -> str:
    parts = [
        """
## How it was measured

Phrases of 3 to 6 syllables are drawn from the texts, and each is searched in every utterance,
together with phrases of the rules. *Found*: of the places where a phrase was said. *Near*: heard,
but what was said differs in one syllable. *False*: anything else that was not said. *Confused*: of
the drawn phrases with one syllable put for a like one, those heard where the original was said.
A *score* is the logarithm of how much worse the phrase explains the sound than the best reading of
it, a syllable."""
    ]
    if aside:
        told = (
            f"The head measured here was trained alike, but for {aside['frame_steps']} and "
            f"{aside['ctc_steps']} steps and without {', '.join(aside['aside'])}, whose speech it "
            "is measured on:"
        )
        parts.append(_fill(told) + "\n\n" + _table(aside["measured"]))
    parts.append(
        "The head of this folder, on sound that it did not learn from:\n\n" + _table(f["measured"])
    )
    return "\n\n".join(part.strip("\n") for part in parts)


def _table(measured: Mapping[str, Any]) -> str:
    lines = [
        "| sound | minutes | phrases | score from | found | near | false | confused |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rates = []
    for name, m in measured.items():
        named = NAMES.get(name, name)
        if m["syllables"]:
            lines += [
                f"| {named} | {m['minutes']} | {m['phrases']:,} | {row['level']:g} | "
                f"{row['found']} of {row['said']} | {row['near']} | {row['false']} | "
                f"{row['confused']} of {row['variants']} |"
                for row in m["levels"]
            ]
            wrong = sum(m["errors"]) / m["syllables"]
            rates.append(f"- {named}: {wrong:.3f} of {m['syllables']:,} syllables wrong")
        if m["quiet_min"]:
            rates.append(f"- {named}, {m['quiet_min']} minutes: {m['inserted']} syllables heard")
    table = "\n".join(lines) + "\n\n" if len(lines) > 2 else ""
    return table + "\n".join(rates)


_LIMITS = """
## Limits

- It knows the speech of its lists and no other. Read and synthetic speech is never angry,
  whispered or in a dialect: measure on calls of your own before you rely on a threshold.
- Figures on synthetic speech flatter where a list was spoken by the same synthesiser, even with
  other voices.
- Syllables without tones: 买 and 卖 are one to it, and so are all words of one sound.
- It tells 您 from 你 worse than Whisper's alignment, so `pipeline/ear/` counts them as one.
- Phrases of one or two syllables sound like too much else.
- A low score refuses nothing: a syllable may be swallowed."""
