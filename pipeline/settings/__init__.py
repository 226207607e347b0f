"""``callqa.toml``: the settings of one site, read once and checked whole.

Every limit here is our choice unless it cites a source; a site that measures its own calls should
set its own (see docs/settings.md).
"""

from pipeline.settings.addresses import is_address, is_loopback
from pipeline.settings.check_live import read_listen, read_ports
from pipeline.settings.clock import use_clock
from pipeline.settings.judging import (
    META_FIELDS,
    NAME_FIELDS,
    AgentChannel,
    ConversationSettings,
    Device,
    IngestSettings,
    LimitSettings,
    RecogniserSettings,
    ScoringSettings,
)
from pipeline.settings.live import (
    AudioSocketSettings,
    LiveSettings,
    SiprecSettings,
    WebSocketSettings,
)
from pipeline.settings.operating import (
    BackupSettings,
    LedgerSettings,
    NightlySettings,
    PeriodReportSettings,
    PrivacySettings,
    PromiseSettings,
    RetentionSettings,
    ReviewSettings,
    ScoreSettings,
    ShownSettings,
)
from pipeline.settings.read import load_settings, parse_settings
from pipeline.settings.values import GroupAccess, Settings, SiteSettings

__all__ = [
    "META_FIELDS",
    "NAME_FIELDS",
    "AgentChannel",
    "AudioSocketSettings",
    "BackupSettings",
    "ConversationSettings",
    "Device",
    "GroupAccess",
    "IngestSettings",
    "LedgerSettings",
    "LimitSettings",
    "LiveSettings",
    "NightlySettings",
    "PeriodReportSettings",
    "PrivacySettings",
    "PromiseSettings",
    "RecogniserSettings",
    "RetentionSettings",
    "ReviewSettings",
    "ScoreSettings",
    "ScoringSettings",
    "Settings",
    "ShownSettings",
    "SiprecSettings",
    "SiteSettings",
    "WebSocketSettings",
    "is_address",
    "is_loopback",
    "load_settings",
    "parse_settings",
    "read_listen",
    "read_ports",
    "use_clock",
]
