"""One call from its file to its result: the stages in order."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.call.agents_of_recording import tell_turns
from pipeline.call.broken_off import judge_as_heard
from pipeline.call.hand_over import tell_agents_apart
from pipeline.call.judge import Judge
from pipeline.call.listen import ListeningModels, StageTimer, listen
from pipeline.call.one_thread import in_one_thread
from pipeline.errors import UnreadableError
from pipeline.ingest import (
    DecodedCall,
    HowRecorded,
    Layout,
    call_metadata_faults,
    choose_channels,
    decode_call,
    ensure_unchanged,
    how_call_recorded,
    read_call_metadata,
    untold_beside_call,
    wait_until_settled,
)
from pipeline.sound import make_print

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.call.checker import Checker
    from pipeline.types import CallMeta, CallResult, Series


@dataclass(frozen=True, slots=True, eq=False)
class CheckedCall:
    """A result with the sound that it rests on: one float32 series (n,) a channel at
    ``SAMPLE_RATE``."""

    result: CallResult
    channels: tuple[Series, ...]
    sound_print: bytes = b""
    """The fingerprint of the sound; empty for a call without a conversation."""
    faults: tuple[str, ...] = ()
    """Cells of the metadata beside the recording that are left unknown, each with its reason."""
    unread: str = ""
    """In Chinese: the columns of the table beside the recording that are not read."""
    others: tuple[CallResult, ...] = ()
    """Of a recording in which agents follow each other: the parts after the first one."""

    @property
    def results(self) -> tuple[CallResult, ...]:
        """One result for each agent, in the order in which they speak."""
        return (self.result, *self.others)


@in_one_thread
def check_call(
    path: Path,
    checker: Checker,
    *,
    call: CallMeta | None = None,
    timer: StageTimer = lambda _: nullcontext(),
) -> CheckedCall:
    """Score one recording. ``call``: who called whom and when, where the caller knows it; else it
    is read beside the recording. Where agents surely follow each other in it, each has a result.

    Raises ``RecordingError`` where it cannot be decoded or is still being written, and
    ``SettingsError`` where the metadata beside it cannot be read.
    """
    ingest = checker.settings.ingest
    before = wait_until_settled(path, settle_s=ingest.settle_s, settings=ingest)
    with timer("ingest"):
        meta = call or read_call_metadata(path, ingest)
        faults = () if call else call_metadata_faults(path, ingest)
        unread = "" if call else untold_beside_call(path, ingest)
        how = HowRecorded() if call else how_call_recorded(path, ingest)
        try:
            whole = decode_call(path, ingest)
        except UnreadableError:
            ensure_unchanged(
                path, before, ingest
            )  # a network folder that went away meanwhile is not the recording's fault
            raise
        decoded, layout = whole.decoded, _layout_of(whole)
    hearing = checker.second.hearing() if checker.second else None
    listened = listen(
        layout,
        _ears_for(checker, whole, meta, path, how),
        timer,
        second=hearing.hear if hearing else None,
    )
    ensure_unchanged(path, before, ingest)
    talk, voices = checker.lexicon.talk, checker.ears.voices
    recording, judge = decoded.recording, Judge(checker, hearing, timer, faults)
    turns = tell_turns(listened, meta, talk, voices)
    if turns:
        result, *others = judge.parts(listened, meta, recording, turns)
    else:
        heard, hand_over = tell_agents_apart(
            listened, meta, talk, voices, handed_over_s=how.handed_over_s
        )
        result, others = judge.call(heard, meta, recording, hand_over=hand_over), []
    result, *others = judge_as_heard(
        (result, *others), how.not_heard, checker.sheets, checker.lexicon.rules
    )
    with timer("fingerprint"):
        sound_print = b"" if result.no_talk else make_print(decoded.channels)
    return CheckedCall(result, decoded.channels, sound_print, faults, unread, tuple(others))


def _layout_of(whole: DecodedCall) -> Layout:
    layout = choose_channels(whole.decoded.channels)
    return replace(layout, notes=(*whole.notes, *layout.notes), unaligned=whole.unaligned)


def _ears_for(
    checker: Checker, whole: DecodedCall, meta: CallMeta, path: Path, how: HowRecorded
) -> ListeningModels:
    """With the channel of this call's agent: as the names of its two files say, else as the table
    beside it says, else as the settings say for its queue or name."""
    roles = checker.settings.roles
    channel = how.agent_channel or roles.channel_of(queue=meta.queue, name=path.name)
    if whole.decoded.recording.sides:
        channel = "left" if whole.agent_first else "auto"
    outbound = meta.direction == "outbound"
    return replace(checker.ears, agent_channel=channel, outbound=outbound)
