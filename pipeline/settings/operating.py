"""The sections of ``callqa.toml`` on nights, reviewers, reports, records and what is kept from whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.types import CUSTOMERS, EVERY_KIND, Kinds


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
