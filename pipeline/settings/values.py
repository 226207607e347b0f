"""``callqa.toml`` as a whole, with its defaults."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.settings.judging import (
    ConversationSettings,
    ImportSettings,
    IngestSettings,
    LimitSettings,
    RecogniserSettings,
    RoleSettings,
    ScoringSettings,
    TextSettings,
    ToneSettings,
)
from pipeline.settings.live import LiveSettings
from pipeline.settings.operating import (
    BackupSettings,
    LedgerSettings,
    NightlySettings,
    PrivacySettings,
    PromiseSettings,
    RetentionSettings,
    ReviewSettings,
    ScoreSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

GroupAccess: TypeAlias = Literal["none", "read", "write"]
DATABASE_NAME = "callqa.db"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """What every command takes unless its own option says otherwise. ``lexicons``: folder of the
    rules and scorecards, empty for the shipped ones; ``model``: a name that faster-whisper knows,
    or a folder; ``db``: the results, empty for ``callqa.db``. Relative paths are relative to the
    current folder. ``timezone``: a name such as Asia/Shanghai, on whose clock days begin; empty for the
    machine's. ``group``: what the group of the account that runs callqa may do with the files that
    it writes; nobody else may read them. ``key_file``: the key of an encrypted database, or
    ``key_command``: a command that prints it, run without a shell; both empty: nothing is encrypted."""

    lexicons: str = ""
    model: str = "base"
    db: str = ""
    timezone: str = ""
    group: GroupAccess = "none"
    key_file: str = ""
    key_command: str = ""

    @property
    def database(self) -> Path:
        return Path(self.db or DATABASE_NAME)

    @property
    def is_encrypted(self) -> bool:
        """Whether the database has a key."""
        return bool(self.key_file or self.key_command)


@dataclass(frozen=True, slots=True)
class Settings:
    site: SiteSettings = field(default_factory=SiteSettings)
    recogniser: RecogniserSettings = field(default_factory=RecogniserSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    roles: RoleSettings = field(default_factory=RoleSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    tone: ToneSettings = field(default_factory=ToneSettings)
    scoring: ScoringSettings = field(default_factory=ScoringSettings)
    score: ScoreSettings = field(default_factory=ScoreSettings)
    nightly: NightlySettings = field(default_factory=NightlySettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    imports: ImportSettings = field(default_factory=ImportSettings)
    texts: TextSettings = field(default_factory=TextSettings)
    promises: PromiseSettings = field(default_factory=PromiseSettings)
    conversation: ConversationSettings = field(default_factory=ConversationSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    live: LiveSettings = field(default_factory=LiveSettings)

    @property
    def version(self) -> str:
        """Twelve hex digits that change with every setting that a result depends on."""
        scoring = replace(self.scoring, review_only=tuple(sorted(set(self.scoring.review_only))))
        judged_by: tuple[object, ...] = (self.roles, self.limits, self.tone, scoring)
        rare = (self.roles.agent_channels, self.ingest.raw, self.ingest.sides)
        if any(rare):  # sites that do not use them keep the versions of their results
            judged_by += rare
        if self.conversation != ConversationSettings():
            judged_by += (self.conversation,)
        judged_by += self.recogniser.judged_by
        return hashlib.sha256(repr(judged_by).encode()).hexdigest()[:12]

    def leaving(self, rules: Iterable[str]) -> Settings:
        """These settings with more rules whose findings are left to a person.

        >>> Settings().leaving(["tone.raised"]).scoring.review_only
        ('tone.raised',)
        """
        joined = tuple(sorted({*self.scoring.review_only, *rules}))
        return replace(self, scoring=replace(self.scoring, review_only=joined))
