"""Damaged recordings through the whole pipeline but recognition: bytes flipped, cut, taken out, put
in, headers swapped. Each must be scored or refused with a reason, within its time, by workers that
live on; else this ends with 1.

    python -m bench.endurance.mutants --count 1000
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import av
import click

from pipeline.call.checker import Checker
from pipeline.lexicon import load_lexicon, load_scorecards
from pipeline.nightly.scored import Scorer
from pipeline.nightly.worker import scorer_of
from pipeline.settings import Settings
from pipeline.workers import Job, Lost, Refused, limit_for, score_all
from tests.fakes import FakeRecogniser

SAMPLES = Path(__file__).parents[2] / "examples" / "calls"


@dataclass(frozen=True)
class DeafPlan:
    """The real pipeline with a recogniser that understands nothing."""

    def load(self) -> Scorer:
        lexicon = load_lexicon()
        sheets = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
        return scorer_of(Checker.of(FakeRecogniser(), lexicon, sheets, Settings()))


SNIPPET_S = 6.0
FORMS = (
    ("flac", "flac"),
    ("ogg", "libopus"),
    ("mp4", "aac"),
    ("asf", "wmav2"),
    ("mp3", "libmp3lame"),
    ("wav", "adpcm_ms"),
)
"""Containers and codecs besides those of the samples."""


ENDINGS = {"mp4": "m4a", "asf": "wma"}


def sources() -> list[tuple[str, bytes]]:
    """Whole recordings with the endings of their names: the samples, and the first seconds of them
    in other forms."""
    paths = [path for path in sorted(SAMPLES.iterdir()) if path.suffix in (".wav", ".mp3")]
    whole = [(path.suffix, path.read_bytes()) for path in paths]
    return whole + [
        (f".{ENDINGS.get(form, form)}", encoded(paths[0], form, codec)) for form, codec in FORMS
    ]


def encoded(path: Path, form: str, codec: str) -> bytes:
    """The first seconds of a recording in another form."""
    made = io.BytesIO()
    with av.open(str(path)) as reading, av.open(made, "w", format=form) as writing:
        stream = writing.add_stream(codec, rate=16000)
        stream.bit_rate = 32_000
        for frame in reading.decode(audio=0):
            if frame.time is not None and frame.time > SNIPPET_S:
                break
            writing.mux(stream.encode(frame))
        writing.mux(stream.encode(None))
    return made.getvalue()


def mutate(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """One kind of damage, drawn by chance."""
    made = bytearray(data)
    kind = chance.randrange(6)
    if kind == 0:
        for _ in range(chance.randint(1, 200)):
            made[chance.randrange(len(made))] = chance.randrange(256)
    elif kind == 1:
        made = made[: chance.randrange(len(made))]
    elif kind == 2:
        made[: chance.randint(4, 64)] = other[: chance.randint(4, 64)]
    elif kind == 3:
        for _ in range(chance.randint(1, 12)):
            made[chance.randrange(60)] = chance.choice((0, 1, 127, 128, 254, 255))
    elif kind == 4:
        at = chance.randrange(len(made))
        del made[at : at + chance.randint(1, 5000)]
    else:
        at = chance.randrange(len(made))
        made[at:at] = chance.randbytes(chance.randint(1, 5000))
    return bytes(made)


@click.command()
@click.option("--count", default=1000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--workers", default=2, show_default=True)
def main(count: int, seed: int, workers: int) -> None:
    """Print what became of them."""
    chance = random.Random(seed)
    whole = sources()
    ends: Counter[str] = Counter()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        jobs = []
        for number in range(count):
            suffix, data = chance.choice(whole)
            path = Path(place, f"{number:04d}{suffix}")
            path.write_bytes(mutate(data, chance.choice(whole)[1], chance))
            limit_s = limit_for(path.stat().st_size)
            jobs.append(Job(path, str(number), path.stat().st_size, 0, limit_s))
        for job, outcome in score_all(jobs, DeafPlan(), workers=workers, memory_mb=1500):
            ends[type(outcome).__name__] += 1
            if isinstance(outcome, Refused):
                assert outcome.reason
            elif isinstance(outcome, Lost):
                print(f"lost\t{job.path.name}\t{outcome.reason}", flush=True)
    print(f"seconds\t{time.perf_counter() - start:.0f}")
    for name, ended in ends.most_common():
        print(f"{name}\t{ended}")
    sys.exit(int(ends.total() != count or ends["Lost"] > 0))


if __name__ == "__main__":
    main()
