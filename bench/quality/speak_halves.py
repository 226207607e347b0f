"""Speak the sentences of bench/quality/two_halves as calls with their truth beside them.

    KOKORO=FOLDER python -m bench.quality.speak_halves OUT --half tuning
    KOKORO=FOLDER python -m bench.quality.speak_halves OUT --half once

    KOKORO=FOLDER python -m bench.quality.speak_halves OUT --half tuning --again 5
    KOKORO=FOLDER python -m bench.quality.speak_halves OUT --half once --whole bench/quality/kept_aside

Needs what ``bench.quality.speak_ear`` needs, and ``scipy``. Of each file of sentences the odd lines
are for tuning, and the even ones are spoken by other voices, to be looked at once. Writes
OUT/taboo/*, calls of hasty agents with forbidden phrases and near misses, and OUT/polite/*, the
same polite speech by several lines. Spoken sentences are kept in OUT/spoken. With --again each call
is also built so many times more, its sentences in another order, at another rate and through
another, noisier line, as OUT/again/taboo/* and OUT/again/polite/*. With --whole all lines of another
folder of sentences are spoken, by the voices of the half.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from bench.quality.speak_ear import RATE, Speaker

HALVES = Path("bench/quality/two_halves")
MARKED = re.compile("【(.+?)】")

OWN = {
    "tuning": ("zf_xiaobei", "zf_xiaoxiao", "zm_yunjian", "zm_yunxi"),
    "once": ("zf_xiaoyi", "zm_yunxia", "zm_yunyang"),
}
LENT = {
    "tuning": ("af_heart", "am_michael", "jf_alpha"),
    "once": ("af_bella", "am_adam", "jm_kumo"),
}
"""Voices of other languages that lend a timbre. The second ear has learnt from none of these."""

ANSWERS = ("那怎么办啊？", "我等了好几天了。", "嗯，你说。", "怎么会这样呢？", "可是上次不是这样的。", "好吧，我知道了。",
           "单号是三六零八。", "那要多久才行？", "我听不太清楚。", "这个我也不太懂。")  # fmt: skip

LINES = (("pcm", 8000), ("alaw", 8000), ("ulaw", 8000), ("mp3", 8000), ("ogg", 8000), ("mp3", 16000),
         ("ogg", 16000), ("alaw", 8000))  # fmt: skip
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "pcm": ("wav", {"subtype": "PCM_16"}),
    "alaw": ("wav", {"subtype": "ALAW"}),
    "ulaw": ("wav", {"subtype": "ULAW"}),
    "gsm": ("wav", {"subtype": "GSM610"}),
    "mp3": ("mp3", {"format": "MP3"}),
    "ogg": ("ogg", {"format": "OGG", "subtype": "OPUS"}),
}

LINES_A_CALL = 13
POLITE_LINES = 4
LEVEL = 0.06
"""RMS of speech."""


AGAIN_SEED = 77


@dataclass(frozen=True, slots=True)
class Sentences:
    """Every ``step``-th line of each file of ``folder``, from number ``first`` on."""

    folder: Path
    first: int = 0
    step: int = 1

    def read(self, name: str) -> list[str]:
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        return lines[self.first :: self.step]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of a call. ``samples``: 24 kHz."""

    role: str
    text: str
    tags: dict[str, Any]
    samples: np.ndarray
    gap_s: float


class Cast:
    """Speaks lines, and keeps what was spoken."""

    def __init__(self, half: str, folder: Path) -> None:
        self._speaker = Speaker(Path(os.environ["KOKORO"]))
        self._half, self._folder = half, folder
        folder.mkdir(parents=True, exist_ok=True)

    def draw(self, rng: np.random.Generator) -> tuple[str, str, float]:
        """Two voices and the share of the first."""
        own = [str(one) for one in rng.choice(OWN[self._half], 2, replace=False)]
        other = own[1] if rng.random() < 0.6 else str(rng.choice(LENT[self._half]))
        return own[0], other, round(float(rng.uniform(0.55, 1.0)), 2)

    def say(self, text: str, voice: tuple[str, str, float], speed: float, name: str) -> np.ndarray:
        """The line without the silence around it, at the usual level."""
        path = self._folder / f"{name}.npy"
        if path.exists():
            return np.load(path).astype(np.float32)
        spoken = self._speaker.say(text, voice[:2], voice[2], speed)
        loud = np.flatnonzero(np.abs(spoken) > 0.02 * np.abs(spoken).max())
        spoken = spoken[max(0, loud[0] - 240) : loud[-1] + 240]
        spoken *= LEVEL / (np.sqrt(np.mean(spoken**2)) + 1e-9)
        np.save(path, spoken.astype(np.float16))
        return spoken


@dataclass(frozen=True, slots=True)
class Again:
    """Builds calls ``times`` more through other lines."""

    out: Path
    times: int
    rng: np.random.Generator

    def build(self, call: dict[str, Any], spoken: list[Spoken], kind: str) -> None:
        for number in range(self.times):
            rng = self.rng
            codec, rate = LINES[int(rng.integers(len(LINES)))]
            played, order = int(rng.integers(88, 109)), rng.permutation(len(spoken))
            changed = [
                replace(
                    spoken[at],
                    samples=resample_poly(spoken[at].samples, 100, played),
                    gap_s=float(rng.uniform(0.25, 1)),
                )
                for at in order
            ]
            own = {"id": f"{call['id']}v{number}", "codec": codec, "rate": rate, "layout": "stereo"}
            own["snr"] = round(float(rng.uniform(4, 20)), 1)
            _build({**call, **own}, changed, self.out / kind, rng)


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--half", type=click.Choice(sorted(OWN)), required=True)
@click.option("--again", default=0, show_default=True, help="So many times more by other lines.")
@click.option(
    "--whole",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="All lines of another folder of sentences.",
)
def main(out: Path, half: str, again: int, whole: Path | None) -> None:
    """Speak one half."""
    cast = Cast(half, out / "spoken" / half)
    part = 0 if half == "tuning" else 1
    sentences = Sentences(whole) if whole else Sentences(HALVES, part, 2)
    more = Again(out / "again", again, np.random.default_rng(AGAIN_SEED))
    _taboo_calls(out / "taboo", half, cast, sentences, more, np.random.default_rng(part))
    _polite_calls(out / "polite", half, cast, sentences, more, np.random.default_rng(10 + part))


def _taboo_calls(
    out: Path, half: str, cast: Cast, sentences: Sentences, again: Again, rng: np.random.Generator
) -> None:
    lines = [("A", line) for line in sentences.read("taboo.txt")]
    lines += [(line[0], line[2:]) for line in sentences.read("near.txt")]
    order = rng.permutation(len(lines))
    for number, low in enumerate(range(0, len(lines), LINES_A_CALL)):
        agent, customer = cast.draw(rng), cast.draw(rng)
        speed = float(rng.uniform(1.0, 1.45))
        spoken = []
        for at in order[low : low + LINES_A_CALL]:
            role, text = lines[at]
            said = MARKED.findall(text)
            tags: dict[str, Any] = {"forbidden": said} if said else {"near": True}
            plain = MARKED.sub(r"\1", text)
            voice = agent if role == "A" else customer
            sound = cast.say(plain, voice, speed, f"t{at:03d}")
            spoken.append(Spoken(role, plain, tags, sound, float(rng.uniform(0.25, 1.0))))
            if role == "A" and rng.random() < 0.4:
                answer = int(rng.integers(len(ANSWERS)))
                sound = cast.say(ANSWERS[answer], customer, 1.1, f"c{number:02d}_{answer}")
                spoken.append(Spoken("C", ANSWERS[answer], {}, sound, float(rng.uniform(0.2, 0.8))))
        codec, rate = LINES[number % len(LINES)]
        mono = number % 8 == 7
        call = {
            "id": f"{half}{number:02d}", "agent": _name(agent), "customer": _name(customer),
            "layout": "mono" if mono else "stereo", "rate": rate, "speed": round(speed, 2),
            "codec": "gsm" if mono and number % 16 == 15 else codec,
            "snr": round(float(rng.uniform(10, 30)), 1),
        }  # fmt: skip
        _build(call, spoken, out, rng)
        again.build(call, spoken, "taboo")


def _polite_calls(
    out: Path, half: str, cast: Cast, sentences: Sentences, again: Again, rng: np.random.Generator
) -> None:
    lines = sentences.read("polite.txt")
    for number, low in enumerate(range(0, len(lines), LINES_A_CALL)):
        agent, customer = cast.draw(rng), cast.draw(rng)
        speed = float(rng.uniform(1.0, 1.35))
        spoken = [
            Spoken("A", text, {}, cast.say(text, agent, speed, f"p{low + at:03d}"), 0.5)
            for at, text in enumerate(lines[low : low + LINES_A_CALL])
        ]
        for line in range(POLITE_LINES):
            codec, rate = LINES[(number * POLITE_LINES + line) % len(LINES)]
            played = int(rng.integers(92, 111)) if line else 100
            changed = [
                Spoken(one.role, one.text, {}, resample_poly(one.samples, 100, played), one.gap_s)
                for one in spoken
            ]
            call = {
                "id": f"{half}p{number:02d}{line}", "agent": _name(agent),
                "customer": _name(customer), "layout": "stereo", "rate": rate, "codec": codec,
                "speed": round(speed * played / 100, 2), "snr": round(float(rng.uniform(8, 30)), 1),
            }  # fmt: skip
            _build(call, changed, out, rng)
            if not line:
                again.build(call, changed, "polite")


def _name(voice: tuple[str, str, float]) -> str:
    return f"{voice[0]}+{voice[1]}:{voice[2]}"


def _build(call: dict[str, Any], spoken: list[Spoken], out: Path, rng: np.random.Generator) -> None:
    """Write the recording and its truth."""
    import soundfile  # noqa: PLC0415 - not a dependency

    out.mkdir(parents=True, exist_ok=True)
    end, lines = 0.6, []
    tracks: dict[str, list[tuple[int, np.ndarray]]] = {"A": [], "C": []}
    for one in spoken:
        start = end + one.gap_s
        end = start + len(one.samples) / RATE
        tracks[one.role].append((int(start * RATE), one.samples))
        lines.append({"role": "agent" if one.role == "A" else "customer", "text": one.text,
                      "start": round(start, 3), "end": round(end, 3), "tags": one.tags})  # fmt: skip
    length = int((end + 0.8) * RATE)
    sides = [put_on_line(tracks[role], length, call, rng) for role in "AC"]
    sound = np.stack(sides, 1) if call["layout"] == "stereo" else np.clip(sum(sides), -0.99, 0.99)
    ending, options = KINDS[call["codec"]]
    soundfile.write(out / f"{call['id']}.{ending}", sound, call["rate"], **options)
    truth = {**call, "duration": round(length / RATE, 3), "lines": lines}
    (out / f"{call['id']}.truth.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def put_on_line(
    parts: list[tuple[int, np.ndarray]], length: int, call: dict[str, Any], rng: np.random.Generator
) -> np.ndarray:
    """One side at the end of its telephone line."""
    whole = np.zeros(length, np.float32)
    for at, samples in parts:
        room = min(len(samples), length - at)
        whole[at : at + room] += samples[:room]
    rate = call["rate"]
    if rate == 8000:
        whole = sosfilt(butter(4, [300, 3400], "bandpass", fs=RATE, output="sos"), whole)
    whole = resample_poly(whole, rate, RATE)
    noise = sosfilt(
        butter(1, 1200, "lowpass", fs=rate, output="sos"), rng.standard_normal(len(whole))
    )
    noise += 0.3 * np.sin(2 * np.pi * 50 * np.arange(len(whole)) / rate)
    noise *= LEVEL * 10 ** (-call["snr"] / 20) / np.sqrt(np.mean(noise**2))
    return np.clip(whole + noise, -0.99, 0.99)


if __name__ == "__main__":
    main()
