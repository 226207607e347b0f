"""How long a page of the review queue takes, for each filter: CPU milliseconds, the first page and
a later one.

    python -m bench.speed.queue_pages callqa.db

The database is brought to this version's tables: give a copy.
"""

from __future__ import annotations

import time
from datetime import date
from itertools import product
from pathlib import Path

import click

from pipeline.people.queue import QUEUE_VIEWS, QueueFilter, QueuePage
from pipeline.store import Store

AGAIN = 3


def filters() -> dict[str, dict[str, object]]:
    """Filters that are met by most calls, by few and by none."""
    return {
        "none": {},
        "agent": {"agent": "8012"},
        "agent unknown": {"agent": "none"},
        "team": {"team": "一班"},
        "queue": {"queue": "投诉"},
        "month": {"since": date(2026, 10, 1), "until": date(2026, 10, 31)},
        "a day": {"since": date(2026, 9, 5), "until": date(2026, 9, 5)},
        "rule frequent": {"rule": "missing.please"},
        "rule frequent, agent unknown": {"rule": "missing.please", "agent": "none"},
        "rule less frequent": {"rule": "forbidden.scorn"},
        "rule unknown": {"rule": "forbidden.none"},
        "points least": {"least": 90.0},
        "points none": {"least": 33.33, "most": 33.34},
        "fatal": {"verdict": "fatal"},
        "confirmed": {"verdict": "confirmed"},
        "review": {"verdict": "review"},
        "text frequent": {"text": "您好"},
        "text frequent, agent": {"text": "您好", "agent": "8012"},
        "text rare": {"text": "工号"},
        "text none": {"text": "阿斯顿"},
        "find words": {"find": "您好"},
        "find a call": {"find": "c00500"},
        "find a customer": {"find": "13800138000"},
        "find an agent": {"find": "8012"},
        "find a finding": {"find": "不归我管", "find_rules": ("forbidden.shirk",)},
        "find nothing": {"find": "阿斯顿"},
        "by attitude": {"sort": "attitude", "up": True},
        "by total": {"sort": "total", "up": True},
        "by agent": {"sort": "agent", "up": True},
        "by duration": {"sort": "duration"},
        "mark": {"mark": "good"},
        "assigned": {"assigned": "chen"},
        "not reviewed": {"reviewed": False},
        "many at once": {
            "agent": "8012",
            "queue": "投诉",
            "verdict": "review",
            "rule": "missing.please",
            "text": "您好",
        },
    }


def timed(store: Store, wanted: QueueFilter, after: str | None) -> tuple[float, QueuePage]:
    """The least of a few turns, in CPU milliseconds."""
    took = []
    for _ in range(AGAIN):
        began = time.process_time()
        page = store.queue.page(wanted, after=after)
        took.append((time.process_time() - began) * 1000)
    return min(took), page


@click.command()
@click.argument("db", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(db: Path) -> None:
    """Print CPU milliseconds for each filter and view."""
    worst = 0.0
    with Store.open(db, create=False) as store:
        for (name, values), view in product(filters().items(), QUEUE_VIEWS):
            wanted = QueueFilter(view, **values)  # type: ignore[arg-type]
            first, page = timed(store, wanted, None)
            later = timed(store, wanted, page.next)[0] if page.next else 0.0
            worst = max(worst, first, later)
            print(
                f"{first:7.1f} {later:7.1f}  {len(page.rows):3} of {page.total!s:7} {view:9} {name}",
                flush=True,
            )
    print(f"worst: {worst:.1f} ms")


if __name__ == "__main__":
    main()
