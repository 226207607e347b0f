"""The sections of ``callqa.toml`` and their defaults."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from pipeline.errors import SettingsError
from pipeline.types import CUSTOMERS, EVERY_KIND, Kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

AgentChannel: TypeAlias = Literal["auto", "left", "right"]
GroupAccess: TypeAlias = Literal["none", "read", "write"]
VoiceChoice: TypeAlias = Literal["embedded", "camplus"]
RecogniserKind: TypeAlias = Literal["local", "openai"]
Device: TypeAlias = Literal["auto", "cpu", "cuda"]
META_FIELDS = ("call_id", "agent_id", "customer_id", "started_at", "queue")
NAME_FIELDS = (*META_FIELDS, "conversation")
"""What the name of a file can tell."""
SETTINGS_NAME = "callqa.toml"
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
class RecogniserSettings:
    """What writes the words (docs/recognisers.md). ``kind`` ``local``: the model of ``[site]``;
    ``openai``: a server at ``url``, whose words that model checks against the sound.

    ``compute_type``: a name of CTranslate2, empty for int8 on a CPU and float16 on a GPU;
    ``batch_size``: windows that are decoded together. ``model``, ``language``: as the server knows
    them; ``revision``: any text, changed by the site when the server's model changes. ``token_file``:
    its content is sent as a bearer token; ``ca_file``: certificates, empty for the usual ones;
    ``proxy``: empty for none, whatever the environment says. ``timeout_s``: for one request;
    ``wait_s``: how long a call waits for a server that is away; ``at_once``: requests of one
    process at a time. All limits are our choice."""

    kind: RecogniserKind = "local"
    device: Device = "cpu"
    compute_type: str = ""
    batch_size: int = 8
    url: str = ""
    model: str = ""
    language: str = "zh"
    revision: str = ""
    token_file: str = ""
    ca_file: str = ""
    proxy: str = ""
    timeout_s: float = 60.0
    wait_s: float = 60.0
    at_once: int = 4

    @property
    def judged_by(self) -> tuple[object, ...]:
        """The values that the words of a result depend on; empty for the defaults."""
        chosen = (self.kind, self.device, self.compute_type, self.batch_size)
        if self.kind == "openai":
            return (*chosen, self.model, self.language, self.revision)
        return () if chosen == ("local", "cpu", "", 8) else chosen


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """``name_pattern``: a regular expression with named groups from ``NAME_FIELDS``, matched on the
    file's stem; ``time_format``: how its ``started_at`` group is written (strptime)."""

    name_pattern: str = ""
    time_format: str = "%Y%m%d%H%M%S"
    metadata_file: str = "metadata.csv"
    settle_s: float = 2.0
    """A file changed less than this long ago is looked at again before it is read."""
    longest_h: float = 12.0
    """A longer recording is refused: a shift has no longer call (our choice)."""
    raw: tuple[str, ...] = ()
    """Sound without a header: ending, form, rate and channels (``pipeline.ingest.read_raw``)."""
    sides: tuple[str, ...] = ()
    """Endings of the two files of a call, the agent's first, with a slash between."""


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """``rating_best``, ``rating_worst``: the keys of the satisfaction survey; both 0: 1 to 5 with 5
    the best, and a column that has only 1 to 3 is not read."""

    rating_best: int = 0
    rating_worst: int = 0


@dataclass(frozen=True, slots=True)
class RoleSettings:
    """``voices``: what tells the two voices of a mix apart; ``camplus`` needs the extra
    ``mono``."""

    agent_channel: AgentChannel = "auto"
    voices: VoiceChoice = "embedded"
    agent_channels: tuple[str, ...] = field(default=(), repr=False)
    """Where the agent is by queue or by name, such as ``queue:投诉 = right`` or ``name:^out- =
    left``; the first line that fits counts, before ``agent_channel``."""

    def channel_of(self, *, queue: str | None, name: str) -> AgentChannel:
        """Where the agent is in a call of ``queue`` whose file has this ``name``.

        >>> roles = RoleSettings(agent_channels=("queue:投诉 = right", "name:^out = left"))
        >>> roles.channel_of(queue="投诉", name="out.wav"), roles.channel_of(queue=None, name="out.wav")
        ('right', 'left')
        """
        for line in self.agent_channels:
            by, text, channel = read_agent_channel(line)
            if queue == text if by == "queue" else re.search(text, name):
                return channel
        return self.agent_channel


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """Which recordings are parts of one conversation. ``part_suffix``: a regular expression for the
    end of call ids that number the parts, empty for none. All three times are our choice."""

    part_suffix: str = "(-|_)([1-9][0-9]?|[A-Z])"
    gap_s: float = 120.0
    """The next part begins at most so long after the end of the one before: a transfer rings for a
    minute or less."""
    soon_s: float = 20.0
    """Another agent who is there so soon was handed the call: dialling, the menu and the queue take
    longer."""
    overlap_s: float = 5.0
    """Parts that overlap by more are not one after the other: times are written in whole seconds, and
    recorders stop late."""


@dataclass(frozen=True, slots=True)
class TextSettings:
    """What imported chats and transcripts call the sides besides the names that callqa knows. A
    name that ends with ``*`` stands for all that begin so."""

    agent: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    system: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToneSettings:
    """``model``: a file that ``callqa tone train`` wrote; empty for the built-in weights."""

    model: str = ""


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What becomes a finding. Silence of 3 s is Amazon Connect's threshold for non-talk time, 5 s
    Google's."""

    silence_s: float = 3.0
    dead_air_s: float = 5.0
    long_silence_s: float = 10.0
    overlap_s: float = 1.0
    overlap_chars: int = 4
    fast_chars_per_min: float = 360.0
    slow_chars_per_min: float = 120.0
    pace_from_site: bool = True
    """Take the site's own 5th and 95th percentile instead of these two, once there are enough
    calls."""
    reply_s: float = 60.0
    """A customer in a chat who waits longer for an answer was answered slowly (our choice, as are
    those below; E 三(一)1 and C 六 一 1 ask for a limit and name none)."""
    first_reply_s: float = 60.0
    """The same, for the first answer of a chat."""
    announced_wait_s: float = 180.0
    """How long a wait may last that the agent has announced without saying how long."""
    unannounced_wait_s: float = 45.0
    """How long an agent on the phone may be silent who has announced nothing, in a transcript."""
    unannounced_wait_chat_s: float = 300.0
    """The same in a chat, where the customer has asked nothing; for review."""
    answer_s: float = field(default=15.0, repr=False)
    """A call that rings longer was not answered in time (及时接听; our choice). No result depends on
    it, so it is no part of their version."""


@dataclass(frozen=True, slots=True)
class ScoringSettings:
    """``sheet``: id of the scoring sheet for calls that no sheet names the queue of; empty for the
    one of ``*``. ``review_only``: rules whose findings are all left to a person, however sure the
    machine is."""

    sheet: str = ""
    review_only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodReportSettings:
    """The reports that ``callqa nightly`` writes of periods that have ended. ``periods``: of
    ``REPORTED_PERIODS``, none for no reports; ``formats``: tables beside the page; ``folder``: empty
    for ``[nightly] out``; ``agents``: each agent's page too; ``send``: tell ``[nightly] notify``;
    ``attach``: with the page and the workbook; ``wait_days``: days after the end of the period."""

    periods: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("xlsx",)
    folder: str = ""
    agents: bool = False
    send: bool = True
    attach: bool = False
    wait_days: int = 0


REPORTED_PERIODS = ("week", "month", "quarter", "year")
TABLE_FORMATS = ("xlsx", "csv", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """The worker processes of ``callqa score``, as those of ``[nightly]``."""

    workers: int = 0
    memory_mb: int = 1500
    limit_s: float = 120.0


@dataclass(frozen=True, slots=True)
class NightlySettings:
    """What ``callqa nightly`` and ``callqa watch`` do. ``folders``: where recordings come; ``out``:
    where reports go; ``workers``: processes, 0 for one a core as far as free memory goes;
    ``memory_mb``: the memory of a worker besides its model; ``limit_s``: the time that a call may
    take, besides a second for each thousand bytes; ``notify``: where the summary goes, as addresses that apprise knows;
    ``metrics``, ``log``: files, empty for none; ``sample_per_agent``: calls of each agent to draw
    for review of those scored, 0 for none."""

    folders: tuple[str, ...] = ()
    out: str = "out"
    workers: int = 0
    memory_mb: int = 1500
    limit_s: float = 120.0
    notify: tuple[str, ...] = ()
    metrics: str = ""
    log: str = ""
    sample_per_agent: int = 0
    reports: PeriodReportSettings = field(default_factory=PeriodReportSettings)


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """The supervisors' pages. ``appeal_days``: how long an agent may appeal, ``appeal_again_days``:
    how long against the outcome, ``decide_days``: by when an appeal is decided, ``remind_days``:
    how long before that one is reminded. All four come from no regulation that we know and are our
    choice.

    ``least_confirmed``: a rule is drifting whose findings people confirm less often, counted from
    ``least_decisions`` on. ``session_idle_min``, ``session_hours``: when one must log in again.
    ``behind_proxy``: a proxy of one's own speaks TLS and names the client. ``webhooks``: addresses
    that are told what happens, signed by the content of ``webhook_secret_file``. ``audio_cache``:
    folder for copies that browsers play, empty for one beside the database. ``oidc_*``: log-in by
    another service; ``oidc_name_claim`` says which of its claims is the user's name here;
    ``oidc_acr``: how it must have checked who somebody is, any of these values of its claim ``acr``;
    ``oidc_max_age_min``: how long ago at most, 0 for any time."""

    appeal_days: int = 7
    appeal_again_days: int = 3
    decide_days: int = 3
    remind_days: int = 1
    least_confirmed: float = 0.8
    least_decisions: int = 20
    session_idle_min: int = 30
    session_hours: int = 12
    host: str = "127.0.0.1"
    port: int = 8484
    behind_proxy: bool = False
    webhooks: tuple[str, ...] = ()
    webhook_secret_file: str = ""
    audio_cache: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_secret_file: str = ""
    oidc_name_claim: str = "preferred_username"
    oidc_acr: tuple[str, ...] = ()
    oidc_max_age_min: int = 0
    second_factor_roles: tuple[str, ...] = ()
    """Roles whose accounts must set up a second factor before anything else."""
    password_words: tuple[str, ...] = ()
    """Words that no password may rest on, such as the firm's name."""
    base_url: str = ""
    """Where people reach the pages, such as ``https://callqa.example.cn``: reports link to calls
    there; empty for no links."""


@dataclass(frozen=True, slots=True)
class PromiseSettings:
    """Terms of promises. ``complaint_h``: hours in which a complaint is answered where the agent
    named no term (D 第四部分 六 8); ``queue_hours``: the same for queues, such as ``报修=48``;
    ``grace_min``: minutes after a term that still count as kept; ``link_days``: within so many days
    calls of one customer may be of one matter; ``day_ends``: 下班, HH:MM; ``holidays``,
    ``workdays``: days such as ``2027-01-01`` without work, and weekend days with work, besides
    those of the years that callqa knows. All but ``complaint_h`` are our choice."""

    complaint_h: float = 24.0
    queue_hours: tuple[str, ...] = ()
    grace_min: float = 15.0
    link_days: int = 14
    day_ends: str = "18:00"
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """``key_file``: the key that signs the ledger (PEM), in a place that is not the database's; its
    public half is enough for ``callqa verify``; empty for no signatures. ``anchors``: folders and
    addresses, best on other machines, that get the head of each night; ``anchor_token_file``: its
    content is sent to the addresses as a bearer token."""

    key_file: str = ""
    anchors: tuple[str, ...] = ()
    anchor_token_file: str = ""


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """``folder``: where each night puts a backup, empty for none; ``keep``: the newest so many stay
    (our choice)."""

    folder: str = ""
    keep: int = 14


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """For how many days what is kept, 0 for ever: ``sound_days`` the recordings in the folders of
    ``[nightly]``, ``transcript_days`` words and quotes, ``result_days`` the call as a whole but for
    the month's figures, ``ledger_days`` the details of ledger entries. ``dry_run``: nights only say
    what would go."""

    sound_days: int = 0
    transcript_days: int = 0
    result_days: int = 0
    ledger_days: int = 0
    dry_run: bool = True

    @property
    def any_days(self) -> bool:
        """Whether anything is to go one day."""
        days = (self.sound_days, self.transcript_days, self.result_days, self.ledger_days)
        return any(days)


@dataclass(frozen=True, slots=True)
class AudioSocketSettings:
    """Asterisk's AudioSocket. ``listen``: address and port, empty: off; ``allow``: networks that may
    connect, of which it needs one; ``keep_s``: silence is answered so often, 0: never."""

    listen: str = ""
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    keep_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """Media streams over WebSocket. ``listen``: address and port, empty: off; ``allow``: networks that
    may connect without a token."""

    listen: str = ""
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiprecSettings:
    """SIPREC: SIP and RTP from a session border controller. ``listen``: address and port, empty: off;
    ``allow``: networks that may send; ``address``: the one that answers name, empty: found by itself;
    ``ports``: the first and the last for RTP, an even one a stream; ``check_source``: take RTP only
    from the address that was named; ``agents``: a regular expression of agents' addresses, its group is the
    number; ``agent_is``: where no address tells, ``first``, ``second`` or ``unknown``; ``queue``: the
    element of the metadata that names the queue; ``name_by``: a call is named by the metadata's
    ``session`` id, or by the ``sip`` session id in it."""

    listen: str = ""
    allow: tuple[str, ...] = ()
    address: str = ""
    ports: str = "40000-40399"
    check_source: bool = True
    agents: str = ""
    agent_is: str = "unknown"
    queue: str = "queue"
    name_by: str = "session"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Conversations in progress. ``rest_min``: nothing new for so many minutes ends a conversation
    whose end nobody says; ``most``: so many are in progress at once, and another one is refused;
    ``notify``: where the gravest alarms go, as addresses that apprise knows. ``recordings``: the
    folder of telephone calls' sound, empty: none are taken; ``calls``: so many at once, and another
    one is refused; ``hear``: recognise them while they go on. The numbers are our choice."""

    rest_min: float = 15.0
    most: int = 1000
    notify: tuple[str, ...] = ()
    recordings: str = ""
    calls: int = 30
    hear: bool = True
    audiosocket: AudioSocketSettings = field(default_factory=AudioSocketSettings)
    websocket: WebSocketSettings = field(default_factory=WebSocketSettings)
    siprec: SiprecSettings = field(default_factory=SiprecSettings)

    @property
    def takes_calls(self) -> bool:
        """Whether any server for telephone calls is on."""
        return any(one.listen for one in (self.audiosocket, self.websocket, self.siprec))


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """Kinds of personal data that a role of the review pages reads and hears without giving a
    reason; ``commands``: what the commands of callqa print and write. docs/privacy.md names the
    kinds."""

    agent: tuple[str, ...] = ()
    qa: tuple[str, ...] = ()
    supervisor: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    auditor: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """Which personal data is hidden from whom. ``agent_names``: the names that agents give of
    themselves are hidden from everybody; whether they were said is a required item, so they are
    read unless a site wants it otherwise (our choice)."""

    agent_names: bool = False
    shown: ShownSettings = field(default_factory=ShownSettings)

    def hidden_from(self, who: str) -> Kinds:
        """The kinds that are hidden from a role, or in what ``commands`` write.

        >>> sorted(CUSTOMERS - PrivacySettings(shown=ShownSettings(qa=("name",))).hidden_from("qa"))
        ['name']
        """
        kinds = EVERY_KIND if self.agent_names else CUSTOMERS
        return kinds - frozenset(getattr(self.shown, who, ()))


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


def read_agent_channel(
    line: str, *, where: str = SETTINGS_NAME
) -> tuple[Literal["queue", "name"], str, AgentChannel]:
    """A line of ``[roles] agent_channels``: by what, the queue or pattern, and the channel.

    >>> read_agent_channel("queue: 投诉 = right")
    ('queue', '投诉', 'right')

    Raises ``SettingsError``, which begins with ``where``.
    """
    left, _, channel = line.rpartition("=")
    by, _, text = left.partition(":")
    by, text, channel = by.strip(), text.strip(), channel.strip()
    try:
        re.compile(text if by == "name" else "")
    except re.error as error:
        raise SettingsError(f"{where}: [roles] agent_channels has {line!r}: {error}") from error
    known = next((one for one in get_args(AgentChannel) if one == channel), None)
    if by == "queue" and text and known:
        return "queue", text, known
    if by == "name" and text and known:
        return "name", text, known
    raise SettingsError(
        f"{where}: [roles] agent_channels has {line!r}; expected 'queue:NAME = left', 'name:PATTERN = right', or auto"
    )
