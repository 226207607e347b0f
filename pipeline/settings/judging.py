"""The sections of ``callqa.toml`` by which calls are read, heard and judged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from pipeline.errors import SettingsError

AgentChannel: TypeAlias = Literal["auto", "left", "right"]
VoiceChoice: TypeAlias = Literal["embedded", "camplus"]
RecogniserKind: TypeAlias = Literal["local", "openai"]
Device: TypeAlias = Literal["auto", "cpu", "cuda"]
META_FIELDS = ("call_id", "agent_id", "customer_id", "started_at", "queue")
NAME_FIELDS = (*META_FIELDS, "conversation")
"""What the name of a file can tell."""
SETTINGS_NAME = "callqa.toml"


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
