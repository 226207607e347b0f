"""How soon a message in a chat raises its alarm: many chats at once, judged by ``callqa live``.

python -m bench.speed.live --talks 200 --seconds 30
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from pipeline.live import LISTENER, accept_messages
from pipeline.settings import LiveSettings
from pipeline.store import Store
from pipeline.types import LiveMessage

EVERY_S = 10.0
"""Seconds between two messages of a chat."""

ALARMED = "你给我等着，看我怎么收拾你。"
SAID = (
    "您好，很高兴为您服务，请问有什么可以帮您？", "我的快递三天没有动了，怎么回事啊？", "请您提供一下运单号，我帮您查一下。",
    "就是上次那个单子，你们自己查。", "感谢您的耐心等待，查到您的件在中转站。", "那什么时候能到？我等着用呢。",
    "给您带来不便非常抱歉，预计明天送达。", "行吧，那我再等等。",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talks", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "callqa.db"
        with Store.open(db) as store:
            command = [sys.executable, "-m", "pipeline.commands.main", "live", "--db", str(db)]
            listener = subprocess.Popen(command)
            try:
                while store.live.runs_until(LISTENER) < time.time():
                    time.sleep(0.2)
                sent = send(store, given.talks, given.seconds)
                time.sleep(5.0)
            finally:
                listener.terminate()
                listener.wait()
            report(store, sent)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"the listener used {used.ru_utime + used.ru_stime:.1f} s of CPU, loading included")


def send(store: Store, talks: int, seconds: float) -> dict[tuple[str, str], float]:
    """When each alarming message was accepted, by conversation and message."""
    draw, begun, number = random.Random(1), time.time(), 0
    sent: dict[tuple[str, str], float] = {}
    while time.time() - begun < seconds:
        due = begun + number * EVERY_S / talks
        time.sleep(max(0.0, due - time.time()))
        name, turn = f"chat-{number % talks}", number // talks
        alarms = draw.random() < 0.1
        text = ALARMED if alarms else f"{SAID[turn % len(SAID)]}{draw.randrange(1000)}号"
        now = time.time()
        role = "agent" if alarms or turn % 2 == 0 else "customer"
        said = LiveMessage(str(turn), now, role, text)
        accept_messages(store, name, [said], about={}, limits=LiveSettings(), now=now)
        if alarms and not any(key[0] == name for key in sent):
            sent[name, str(turn)] = now
        number += 1
    print(f"{number} messages in {time.time() - begun:.1f} s, {len(sent)} alarming")
    return sent


def report(store: Store, sent: dict[tuple[str, str], float]) -> None:
    delays: list[float] = []
    for (name, _), at in sent.items():
        talk = store.live.named("api", name)
        assert talk is not None
        alarms = store.alarms.of_talk(talk.id)
        raised = [one.raised_at for one in alarms if one.rule == "forbidden.threat"]
        if raised:
            delays.append(min(raised) - at)
    print(f"alarmed {len(delays)} of {len(sent)}")
    if delays:
        print(f"message to alarm: median {median(delays):.2f} s, worst {max(delays):.2f} s")


if __name__ == "__main__":
    main()
