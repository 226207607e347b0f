"""What 10 thousand, 1 million and 100 million calls a day take: the table of docs/scale.md.

python -m bench.speed.scale_arithmetic --rate 5.8             # prints it for another rate
python -m bench.speed.scale_arithmetic --write docs/scale.md  # after a change of the page's rate
"""

from __future__ import annotations

import re
from pathlib import Path

import click

CALLS_A_DAY = (10_000, 1_000_000, 100_000_000)
CALL_S = 180.0
NIGHT_H = 8.0
AUDIO_BYTES_PER_S = 16_000.0
"""Two channels of A-law at 8 kHz."""
ROW_BYTES = 63_000.0
REQUESTS = 6
RATE = re.compile(r"^R = ([\d.]+) ", re.MULTILINE)
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def rate_of(page: str) -> float:
    """R as the page states it: hours of audio that one core scores in an hour."""
    found = RATE.search(page)
    if found is None:
        raise click.ClickException("the page has no line that begins with 'R = '")
    return float(found[1])


def table(rate: float) -> str:
    """The table in Markdown."""
    columns = [_column(calls, rate) for calls in CALLS_A_DAY]
    head = "| calls a day | " + " | ".join(f"{calls:,}" for calls in CALLS_A_DAY) + " |\n"
    rows = "".join(
        f"| {name} | " + " | ".join(column[name] for column in columns) + " |\n"
        for name in columns[0]
    )
    return head + "|---" * (1 + len(columns)) + "|\n" + rows


def _column(calls: int, rate: float) -> dict[str, str]:
    audio_h = calls * CALL_S / 3600
    core_h = audio_h / rate
    audio_bytes = calls * CALL_S * AUDIO_BYTES_PER_S
    night_s = NIGHT_H * 3600
    return {
        "audio, hours a day": _short(audio_h),
        "core hours a day (H)": _short(core_h),
        f"cores for a night of {NIGHT_H:.0f} hours": _short(core_h / NIGHT_H),
        "cores around the clock": _short(core_h / 24),
        "calls a second, in the night": _short(calls / night_s),
        "recordings, GB a day": _short(audio_bytes / 1e9),
        "network for them, Gbit/s in the night": _short(audio_bytes * 8 / 1e9 / night_s),
        "requests to the store a second, in the night": _short(REQUESTS * calls / night_s),
        "database, GB a day": _short(calls * ROW_BYTES / 1e9),
    }


def _short(value: float) -> str:
    """To three places.

    >>> _short(86.2068), _short(0.04444), _short(862068.9)
    ('86.2', '0.0444', '862,000')
    """
    return f"{float(f'{value:.3g}'):,.10g}"


@click.command()
@click.option(
    "--rate",
    type=float,
    help="Hours of audio that one core scores in an hour; else that of --write.",
)
@click.option(
    "--write", type=click.Path(exists=True, path_type=Path), help="Put the table into this page."
)
def main(rate: float | None, write: Path | None) -> None:
    """Print the table, or put it into the page."""
    if write is None:
        if rate is None:
            raise click.UsageError("give --rate or --write")
        click.echo(table(rate), nl=False)
        return
    page = write.read_text(encoding="utf-8")
    new = RATE.sub(f"R = {rate} ", page) if rate else page
    write.write_text(TABLE.sub(table(rate_of(new)), new), encoding="utf-8")


if __name__ == "__main__":
    main()
