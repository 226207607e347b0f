"""How long the server works to open a call of three hours, and to take a decision on it: CPU time,
before anybody has decided and after a hundred decisions, and the bytes of the page.

    python -m bench.speed.long_call
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from html import unescape
from itertools import count
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.people.passwords import hash_password
from pipeline.review.context import ReviewContext
from pipeline.settings import Settings
from pipeline.store import Store
from tests.review.conftest import AT, CSRF, PASSWORD, Clock, Pages, fill_store
from tests.review.test_long_call import AGENT, a_call_of

NUMBER = "我的号码是13800138000，"
CALLS = {
    "7,200 sentences of 5 characters, 180 findings": (AGENT[:5], 1.5, 7200, 40),
    "540 sentences of 300 characters, 134 findings": ((AGENT * 300)[:300], 20.0, 540, 4),
    "the same, a number in each sentence": ((NUMBER + AGENT * 300)[:300], 20.0, 540, 4),
}
AGAIN = 3
DECISIONS = 100


def timed(work: Callable[[], object]) -> float:
    """The least CPU milliseconds of a few turns."""
    took = []
    for _ in range(AGAIN):
        began = time.process_time()
        work()
        took.append(1000 * (time.process_time() - began))
    return min(took)


def measure(browser: TestClient, call: str) -> str:
    page = browser.get(call)
    action = re.search(r'action="(/calls/\d+/decide[^"&]+)', page.text)
    of = re.search(r'name="of" value="(\d+)"', page.text)
    assert action
    assert of
    numbers = count()

    def decide() -> None:
        answer = browser.post(
            unescape(action[1]),
            data={"csrf": CSRF, "of": of[1], "finding": str(next(numbers)), "decision": "refused"},
            headers={"Origin": "http://127.0.0.1"},
        )
        assert answer.status_code == 303

    opened, decided = timed(lambda: browser.get(call)), timed(decide)
    for _ in range(DECISIONS - AGAIN):
        decide()
    later, after = timed(lambda: browser.get(call)), timed(decide)
    size = len(browser.get(call).content) // 1000
    return f"opened {opened:.0f} ms, decided {decided:.0f} ms; after {DECISIONS} decisions {later:.0f} and {after:.0f} ms, {size} KB"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, given) in enumerate(CALLS.items()):
            text, every_s, length, every = given
            db = Path(folder) / f"{number}.db"
            fill_store(db, hash_password(PASSWORD, name="nobody"))
            with Store.open(db) as store:
                made = a_call_of([text] * length, every_s, every=every)
                call = f"/calls/{store.results.save(made, scored_at=AT)}"
            clock = Clock()
            with closing(ReviewContext(db, Settings(), clock=clock)) as site:
                site.warm_up()
                print(
                    f"{name}: {measure(Pages(site, clock).visit('supervisor'), call)}", flush=True
                )


if __name__ == "__main__":
    main()
