"""A program that listens, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.jobs import JudgingBasis, load_basis
from pipeline.live import ChatFolder, LiveEar, Teller, Watch, accept_messages
from pipeline.settings import Settings
from pipeline.store import Received, Store
from pipeline.types import LiveMessage, LiveSpeaker

if TYPE_CHECKING:
    from tests.live.line import Line

NOW = 1_795_000_000.0
"""2026-11-18 at 11:06:40 UTC."""


@pytest.fixture(scope="session", autouse=True)
def one_ear() -> Iterator[None]:
    """Loading takes seconds at each start, and the same rules make the same ear."""
    with pytest.MonkeyPatch.context() as patch:
        made: dict[object, LiveEar] = {}
        load = LiveEar.of

        def once(basis: JudgingBasis) -> LiveEar:
            alarms = tuple((rule.id, rule.alarm) for rule in basis.lexicon.rules if rule.alarm)
            key = (basis.lexicon.version, basis.routed, alarms)
            return made[key] if key in made else made.setdefault(key, load(basis))

        patch.setattr(LiveEar, "of", once)
        yield


@cache
def shipped_basis() -> JudgingBasis:
    return load_basis(Settings())


def basis_of(settings: Settings) -> JudgingBasis:
    """Loading takes a second."""
    return shipped_basis() if settings == Settings() else load_basis(settings)


@dataclass
class Listening:
    """``told``: titles and texts of what was sent to people; ``warned``: what the command says."""

    store: Store
    chats: Path
    now: float = NOW
    told: list[tuple[str, str]] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin to listen, as after the machine was started anew."""
        self.teller = Teller(self._send, ("json://127.0.0.1",), base_url="https://qa.example.cn")
        self.watch = Watch(
            self.store, self.settings, basis_of(self.settings), self.teller, lambda: self.now, self.moment,
            ticks=lambda: self.now, warn=self.warned.append, folder=ChatFolder(self.chats, None),
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
        return [(one.rule, one.verdict) for one in self.store.alarms.of_talk(talk_id)]

    def settle(self) -> list[tuple[str, str]]:
        """What was sent, when all of it is."""
        self.teller.close()
        return self.told


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    (tmp_path / "chats").mkdir()
    with Store.open(tmp_path / "callqa.db") as store:
        yield Listening(store, tmp_path / "chats")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    from tests.live.line import SAID, HearsInOrder, Line  # noqa: PLC0415 - it needs this module

    with Store.open(tmp_path / "callqa.db") as store:
        yield Line(tmp_path / "calls", store, HearsInOrder(SAID, confidence=0.98))
