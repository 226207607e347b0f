"""The store of a site: one file, and a part for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.actions import ActionStore
from pipeline.store.agents import AgentStore
from pipeline.store.appeals import AppealStore
from pipeline.store.attempts import AttemptStore
from pipeline.store.calibration import CalibrationStore
from pipeline.store.call_history import EffectiveStore
from pipeline.store.call_records import CallStore
from pipeline.store.coaching_records import CoachingStore
from pipeline.store.conversations import ConversationStore
from pipeline.store.erasure import EraseStore
from pipeline.store.events import EventStore
from pipeline.store.factors import FactorStore
from pipeline.store.file import StoreFile
from pipeline.store.files import FileStore, NightStore
from pipeline.store.judgements import RuleStore, ToneStore
from pipeline.store.ledger_store import LedgerStore
from pipeline.store.live import LiveStore
from pipeline.store.live_alarms import AlarmStore
from pipeline.store.live_calls import LiveCallStore
from pipeline.store.live_untold import UntoldStore
from pipeline.store.period_reports import PeriodReportStore
from pipeline.store.promises import PromiseStore
from pipeline.store.proposals import ProposalStore
from pipeline.store.queue import QueueStore
from pipeline.store.readings import ReadingStore
from pipeline.store.results import ResultStore
from pipeline.store.runs import RunStore
from pipeline.store.samples import SampleStore
from pipeline.store.sessions import SessionStore
from pipeline.store.sound_prints import SoundPrintStore
from pipeline.store.suggested_events import SuggestedStore
from pipeline.store.tokens import TokenStore
from pipeline.store.users import UserStore
from pipeline.store.versions import VersionStore

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

    from pipeline.store.key import DatabaseKey


class Store(StoreFile):
    """All data of a site, in one file. Each part holds one subject."""

    def __init__(
        self, db: Database, path: Path, *, busy_timeout_s: float, key: DatabaseKey | None = None
    ) -> None:
        super().__init__(db, path, busy_timeout_s=busy_timeout_s, key=key)
        self.results = ResultStore(self)
        self.versions = VersionStore(self)
        self.sound_prints = SoundPrintStore(self)
        self.effective = EffectiveStore(self)
        self.runs = RunStore(self)
        self.calls = CallStore(self)
        self.agents = AgentStore(self)
        self.conversations = ConversationStore(self)
        self.samples = SampleStore(self)
        self.events = EventStore(self)
        self.suggested_events = SuggestedStore(self)
        self.actions = ActionStore(self)
        self.appeals = AppealStore(self)
        self.coaching = CoachingStore(self)
        self.rounds = CalibrationStore(self)
        self.rules = RuleStore(self)
        self.proposals = ProposalStore(self)
        self.tone = ToneStore(self)
        self.files = FileStore(self)
        self.nights = NightStore(self)
        self.reports = PeriodReportStore(self)
        self.ledger = LedgerStore(self)
        self.users = UserStore(self)
        self.sessions = SessionStore(self)
        self.tokens = TokenStore(self)
        self.attempts = AttemptStore(self)
        self.factors = FactorStore(self)
        self.queue = QueueStore(self)
        self.promises = PromiseStore(self)
        self.erasure = EraseStore(self)
        self.readings = ReadingStore(self)
        self.live = LiveStore(self)
        self.alarms = AlarmStore(self)
        self.live_calls = LiveCallStore(self)
        self.untold = UntoldStore(self)
