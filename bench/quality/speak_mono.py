"""Speak the calls of bench/quality/mono_calls, each mixed to one channel, with their truth beside
them.

    KOKORO=FOLDER python -m bench.quality.speak_mono OUT --half seen

Needs what ``bench.quality.speak_halves`` needs. Calls that OUT already has are not spoken again.
The first line of a call has its name, the voices of the agent (A), the customer (C), somebody else
(B) and a machine (R), and the line; each other line is what one of them says, with forbidden
phrases in 【】.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from bench.quality.speak_ear import RATE, Speaker
from bench.quality.speak_halves import KINDS, LEVEL, MARKED, put_on_line

CALLS = Path("bench/quality/mono_calls")
ROLES = {"A": "agent", "C": "customer", "B": "other", "R": "machine"}
SPEEDS = {"A": 1.15, "C": 1.1, "B": 1.1, "R": 1.0}


@dataclass(frozen=True, slots=True)
class Script:
    """A call to speak. ``options``: voices by role letter, ``line`` as ``alaw,8000``, ``snr`` in
    dB; ``lines``: who says what."""

    name: str
    options: dict[str, str]
    lines: tuple[tuple[str, str], ...]


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--half", type=click.Choice(["seen", "aside", "last"]), required=True)
def main(out: Path, half: str) -> None:
    """Speak one of the files."""
    out.mkdir(parents=True, exist_ok=True)
    speaker = Speaker(Path(os.environ["KOKORO"]))
    for script in _read((CALLS / f"{half}.txt").read_text(encoding="utf-8")):
        if not (out / f"{script.name}.truth.json").exists():
            _speak(script, speaker, out)


def _read(text: str) -> list[Script]:
    scripts: list[Script] = []
    for line in text.splitlines():
        first, _, rest = line.partition(" ")
        if first == "call":
            name, *options = rest.split()
            scripts.append(Script(name, dict(option.split("=") for option in options), ()))
        elif first in ROLES:
            last = scripts.pop()
            scripts.append(Script(last.name, last.options, (*last.lines, (first, rest))))
    return scripts


def _speak(script: Script, speaker: Speaker, out: Path) -> None:
    import soundfile  # noqa: PLC0415 - not a dependency

    rng = np.random.default_rng(zlib.crc32(script.name.encode()))
    end, lines, parts = 0.6, [], []
    for role, marked in script.lines:
        text = MARKED.sub(r"\1", marked)
        samples = _say(text, script.options[role], SPEEDS[role], speaker)
        start = end + float(rng.uniform(0.2, 0.9))
        end = start + len(samples) / RATE
        parts.append((int(start * RATE), samples))
        said = MARKED.findall(marked)
        tags = {"forbidden": said} if said else {}
        lines.append({"role": ROLES[role], "text": text, "start": round(start, 3),
                      "end": round(end, 3), "tags": tags})  # fmt: skip
    codec, rate = script.options["line"].split(",")
    call = {"id": script.name, "agent": script.options["A"], "customer": script.options["C"],
            "layout": "mono", "rate": int(rate), "codec": codec, "snr": float(script.options["snr"])}  # fmt: skip
    length = int((end + 0.8) * RATE)
    ending, options = KINDS[codec]
    sound = put_on_line(parts, length, call, rng)
    soundfile.write(out / f"{script.name}.{ending}", sound, int(rate), **options)
    truth = {**call, "duration": round(length / RATE, 3), "lines": lines}
    (out / f"{script.name}.truth.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _say(text: str, voice: str, speed: float, speaker: Speaker) -> np.ndarray:
    """The line without the silence around it, at the usual level."""
    names, _, share = voice.partition(":")
    first, _, second = names.partition("+")
    spoken = speaker.say(text, (first, second or first), float(share or 1), speed)
    loud = np.flatnonzero(np.abs(spoken) > 0.02 * np.abs(spoken).max())
    spoken = spoken[max(0, loud[0] - 240) : loud[-1] + 240]
    return spoken * np.float32(LEVEL / (np.sqrt(np.mean(spoken**2)) + 1e-9))


if __name__ == "__main__":
    main()
