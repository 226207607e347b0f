"""A program that listens, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pipeline.jobs import JudgingBasis, load_basis
from pipeline.live import ChatFolder, LiveEar, Teller, Watch, accept_messages
from pipeline.settings import Settings
from pipeline.store import Received, Store
from pipeline.types import LiveMessage, LiveSpeaker

NOW = 1_795_000_000.0
"""2026-11-18 at 11:06:40 UTC."""


@pytest.fixture(scope="session", autouse=True)
def one_ear() -> Iterator[None]:
    """Loading takes seconds at each start, and the same rules make the same ear."""
    with pytest.MonkeyPatch.context() as patch:
        made: dict[tuple[str, frozenset[str]], LiveEar] = {}
        load = LiveEar.of

        def once(basis: JudgingBasis) -> LiveEar:
            key = (basis.lexicon.version, basis.routed)
            return made[key] if key in made else made.setdefault(key, load(basis))

        patch.setattr(LiveEar, "of", once)
        yield


@cache
def shipped_basis() -> JudgingBasis:
    return load_basis(Settings())


@dataclass
class Listening:
    """``told``: titles and texts of what was sent to people; ``warned``: what the command says."""

    store: Store
    chats: Path
    now: float = NOW
    told: list[tuple[str, str]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin to listen, as after the machine was started anew."""
        self.teller = Teller(self._send, ("json://127.0.0.1",), base_url="https://qa.example.cn")
        self.watch = Watch(
            self.store, Settings(), shipped_basis(), self.teller, lambda: self.now, self.moment,
            warn=self.warned.append, folder=ChatFolder(self.chats, None),
        )  # fmt: skip

    def moment(self) -> str:
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="seconds")

    def _send(self, addresses: object, title: str, text: str) -> bool:
        self.told.append((title, text))
        return True

    def say(
        self, speaker: LiveSpeaker, text: str, *, id: str = "", at: float | None = None,
        name: str = "C-9", end: bool = False, agent_id: str | None = None,
    ) -> Received:  # fmt: skip
        """Hand a message over, and let the listener look."""
        said = LiveMessage(id or text, self.now if at is None else at, speaker, text, agent_id)
        taken = accept_messages(
            self.store, name, [said], about={"agent_id": "8001", "customer_id": "13800138000"},
            limits=Settings().live, now=self.now, end=end,
        )  # fmt: skip
        self.watch.step()
        return taken

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.watch.step()

    def alarms(self, talk_id: int = 1) -> list[tuple[str, str]]:
        return [(one.rule, one.verdict) for one in self.store.live.alarms_of(talk_id)]

    def settle(self) -> list[tuple[str, str]]:
        """What was sent, when all of it is."""
        self.teller.close()
        return self.told


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    (tmp_path / "chats").mkdir()
    with Store.open(tmp_path / "callqa.db") as store:
        yield Listening(store, tmp_path / "chats")
