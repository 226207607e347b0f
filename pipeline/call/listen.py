"""From the channels of a recording to who said what: everything up to the transcript."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import combinations, repeat
from typing import TYPE_CHECKING

from pipeline.sound import (
    Acoustics,
    Crosstalk,
    Spectrum,
    find_sound_events,
    measure_acoustics,
    measure_crosstalk,
    measure_spectrum,
    remove_crosstalk,
)
from pipeline.speakers import (
    SURE,
    Cues,
    Roles,
    VoiceModel,
    find_announcements,
    find_roles,
)
from pipeline.transcribe import (
    MIN_SPEECH_S,
    MONO_PAUSE_S,
    STEREO_PAUSE_S,
    Recogniser,
    Recognition,
    find_speech,
    make_utterances,
    widen_speech,
)
from pipeline.types import Role, Seconds, SoundEvent, Span, Track, subtract_spans

if TYPE_CHECKING:
    from pipeline.ear import StatesListener
    from pipeline.ingest import Layout
    from pipeline.settings import AgentChannel

StageTimer = Callable[[str], AbstractContextManager[None]]
"""Called with the name of each stage; what it returns is entered while the stage works."""


EDGE_S: Seconds = 0.3
"""So much at both ends of a sound may still be speech: where somebody speaks right against music,
the music was found to begin early by about this."""


@dataclass(frozen=True, slots=True)
class ListeningModels:
    """What one listens with."""

    recogniser: Recogniser
    voices: VoiceModel
    cues: Cues
    announcements: tuple[str, ...]
    agent_channel: AgentChannel
    outbound: bool = False
    """Whether the agent called, as far as is known."""


@dataclass(frozen=True, slots=True, eq=False)
class DiarizedTranscript:
    """``tracks`` with their speech; ``sounds`` are what nobody said; ``notes`` in Chinese say what
    a supervisor should know of the recording."""

    tracks: tuple[Acoustics, ...]
    roles: Roles
    sounds: tuple[SoundEvent, ...]
    leak: Crosstalk
    notes: tuple[str, ...]
    unaligned: str = ""
    """In Chinese why the tracks' clocks are not sure; empty if they are."""

    @property
    def stretches(self) -> tuple[tuple[Role, Span], ...]:
        """Who speaks when: on two channels whole stretches, each its channel's; on a mix the
        utterances, and the stretches without words as nobody's."""
        said = self.roles.utterances
        if len(self.tracks) > 1:
            sides: dict[int, Role] = {u.channel: u.role for u in said if u.role != "unknown"}
            return tuple(
                (sides.get(acoustics.track.channel, "unknown"), span)
                for acoustics in self.tracks
                for span in acoustics.track.speech
            )
        spoken: list[tuple[Role, Span]] = [(u.role, u.span) for u in said]
        worded = [span for _, span in spoken]
        mute = [
            part for span in self.tracks[0].track.speech for part in subtract_spans(span, worded)
        ]
        return (*spoken, *(("unknown", part) for part in mute))

    @property
    def deaf_to_overlap(self) -> str:
        """In Chinese why speech of both at once cannot be heard here, empty where it can."""
        if len(self.tracks) < 2:
            return "单声道录音，听不出两个人同时说话"
        if self.unaligned:
            return self.unaligned
        return "两个声道串音太强，听不出两个人同时说话" if self.leak.is_strong else ""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The tracks of a recording before recognition: leak silenced, speech found, other sounds told
    from it."""

    tracks: tuple[Track, ...]
    spectra: tuple[Spectrum, ...]
    sounds: tuple[SoundEvent, ...]
    leak: Crosstalk


def listen(
    layout: Layout,
    ears: ListeningModels,
    timer: StageTimer,
    *,
    second: StatesListener | None = None,
) -> DiarizedTranscript:
    """Hear a recording: speech told from other sounds, words recognised, roles given. ``second``:
    an ear that is given the recogniser's states."""
    prepared = prepare_tracks(layout, timer)
    with timer("recognition"):
        utterances = make_utterances(_recognise(ears.recogniser, prepared.tracks, second))
    with timer("acoustics"):
        acoustics = tuple(map(measure_acoustics, prepared.tracks, prepared.spectra))
    with timer("speakers"):
        announced = find_announcements(utterances, ears.announcements)
        machine = {(sound.channel, sound.start_s) for sound in announced}
        people = [u for u in utterances if (u.channel, u.start_s) not in machine]
        roles = find_roles(
            [_without_machines(one, announced) for one in acoustics],
            people,
            cues=ears.cues,
            agent_channel=ears.agent_channel,
            voices=ears.voices,
            one_sided=layout.one_sided,
            outbound=ears.outbound,
        )
        if layout.unaligned or (len(acoustics) > 2 and prepared.leak.worst_db is not None):
            roles = replace(roles, confidence=min(roles.confidence, SURE - 0.01))
        machines = [u for u in utterances if (u.channel, u.start_s) in machine]
        together = sorted((*roles.utterances, *machines), key=lambda u: (u.start_s, u.channel))
    return DiarizedTranscript(
        tracks=acoustics,
        roles=replace(roles, utterances=tuple(together)),
        sounds=tuple(sorted((*prepared.sounds, *announced))),
        leak=prepared.leak,
        notes=(
            *layout.notes,
            *([layout.unaligned] if layout.unaligned else []),
            *_leak_notes(prepared.leak, removed=len(acoustics) == 2),
        ),
        unaligned=layout.unaligned,
    )


def _without_machines(acoustics: Acoustics, announced: Sequence[SoundEvent]) -> Acoustics:
    """Without the speech of announcements: a machine's voice is neither side's."""
    track = acoustics.track
    machine = [Span(s.start_s, s.end_s) for s in announced if s.channel == track.channel]
    speech = tuple(part for span in track.speech for part in subtract_spans(span, machine))
    return replace(acoustics, track=replace(track, speech=speech)) if machine else acoustics


def _recognise(
    recogniser: Recogniser, tracks: Sequence[Track], second: StatesListener | None
) -> tuple[Recognition, ...]:
    """A recogniser without a second ear need not know of any."""
    if second is None:
        return recogniser.recognise(tracks)
    return recogniser.recognise(tracks, listen=second)


def prepare_tracks(layout: Layout, timer: StageTimer = lambda _: nullcontext()) -> Prepared:
    """What ``listen`` does before recognition."""
    tracks = layout.tracks
    with timer("sounds"):
        spectra = tuple(measure_spectrum(track.samples) for track in tracks)
        leak = _worst_leak(spectra)
        if leak.worst_db is not None and len(tracks) == 2:
            tracks = remove_crosstalk(tracks, spectra, leak)
            spectra = tuple(measure_spectrum(track.samples) for track in tracks)
        found = [
            find_sound_events(t.channel, t.samples, spectrum)
            for t, spectrum in zip(tracks, spectra, strict=True)
        ]
    with timer("speech"):
        pause_s = STEREO_PAUSE_S if layout.kind == "stereo" else MONO_PAUSE_S
        tracks = tuple(map(_with_speech, tracks, spectra, found, repeat(pause_s)))
    return Prepared(tracks, spectra, tuple(sound for own in found for sound in own), leak)


def _with_speech(
    track: Track, spectrum: Spectrum, sounds: Sequence[SoundEvent], pause_s: Seconds
) -> Track:
    filled = [
        Span(s.start_s + EDGE_S, s.end_s - EDGE_S)
        for s in sounds
        if s.end_s - s.start_s > 2 * EDGE_S
    ]
    found = widen_speech(find_speech(track.samples, pause_s=pause_s), spectrum)
    speech = (
        part
        for span in found
        for part in subtract_spans(span, filled)
        if part.duration_s >= MIN_SPEECH_S
    )
    return replace(track, speech=tuple(speech))


def _worst_leak(spectra: Sequence[Spectrum]) -> Crosstalk:
    """The strongest crosstalk between two tracks; none for one track."""
    found = [measure_crosstalk(one, other) for one, other in combinations(spectra, 2)]
    return max(
        found,
        key=lambda leak: -float("inf") if leak.worst_db is None else leak.worst_db,
        default=Crosstalk(),
    )


def _leak_notes(leak: Crosstalk, *, removed: bool) -> tuple[str, ...]:
    if leak.worst_db is None:
        return ()
    if leak.is_strong:
        return (f"两个声道串音很强（{leak.worst_db:.0f} 分贝），不评抢话和语气",)
    if not removed:
        return (f"几个声道之间有串音（{leak.worst_db:.0f} 分贝），说话人不能确定",)
    return (f"两个声道有串音（{leak.worst_db:.0f} 分贝），已消除",)
