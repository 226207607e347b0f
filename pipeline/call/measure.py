"""Everything that is measured once the transcript stands: pace, conversation, tone, and what is
found in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.dynamics import (
    Scene,
    find_interruptions,
    find_overlaps,
    find_silence,
    measure_dynamics,
    with_figures,
)
from pipeline.pace import find_nuclei, find_pace, measure_pace
from pipeline.tone import (
    ToneModel,
    Voice,
    baseline_of,
    find_tone,
    is_upset,
    judge_voice,
    measure_windows,
    signal_to_noise_db,
)
from pipeline.types import (
    Baselines,
    CallFacts,
    Dynamics,
    Finding,
    Pace,
    Recording,
    Role,
    Span,
    Tone,
    VoiceBaseline,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.call.listen import DiarizedTranscript
    from pipeline.lexicon import TalkWords
    from pipeline.settings import LimitSettings
    from pipeline.sound import Acoustics

OF_TEXTS = ("replies", "first_reply_s", "reply_median_s", "reply_worst_s", "reply_late_share")
HEARD = "录音以静默和应答间隔衡量"
"""Why a recording has no figures of replies."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the measures are held against."""

    limits: LimitSettings
    words: TalkWords
    history: Baselines
    tone_model: ToneModel | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    pace: Pace
    dynamics: Dynamics
    tone: Tone
    overlaps: tuple[Span, ...]
    findings: tuple[Finding, ...]


def measure_call(
    heard: DiarizedTranscript,
    facts: CallFacts,
    recording: Recording,
    said: Sequence[Finding],
    guidance: Guidance,
) -> Measures:
    """Pace, conversation and tone of a call; ``said`` are the findings of its words."""
    history, limits = guidance.history, guidance.limits
    scene = Scene(
        utterances=facts.utterances,
        stretches=heard.stretches,
        duration_s=facts.duration_s,
        words=guidance.words,
        sounds=heard.sounds,
        deaf_to_overlap=heard.deaf_to_overlap,
        roles_sure=heard.roles.is_sure,
        begins_s=facts.begins_s,
    )
    agent_id = facts.meta.agent_id
    pace = measure_pace(
        facts.utterances,
        nuclei={acoustics.track.channel: find_nuclei(acoustics) for acoustics in heard.tracks},
        usual=history.paces.get(agent_id) if agent_id is not None else None,
    )
    talk = (*find_silence(scene, limits), *find_interruptions(scene, limits))
    overlaps = find_overlaps(scene) or heard.roles.mixed
    tone = Tone(
        agent=judge_voice(
            _voice("agent", heard, overlaps, baseline_of(history, agent_id, recording.kind)),
            model=guidance.tone_model,
        ),
        customer=judge_voice(_voice("customer", heard, overlaps, None)),
    )
    upset = guidance.words.upset
    tone = replace(tone, customer_upset=is_upset(tone, facts.utterances, upset))
    findings = (
        *talk,
        *find_pace(pace, limits, within=recording.judged, site=history.site_pace),
        *find_tone(tone, (*said, *talk), facts.utterances, upset=upset),
    )
    dynamics = with_figures(measure_dynamics(scene, talk), dict.fromkeys(OF_TEXTS, (None, HEARD)))
    return Measures(pace, dynamics, tone, overlaps, findings)


def _voice(
    role: Role, heard: DiarizedTranscript, overlaps: Sequence[Span], baseline: VoiceBaseline | None
) -> Voice:
    """One side's windows, on the track where it speaks most."""
    own = [utterance for utterance in heard.roles.utterances if utterance.role == role]
    track = _track_of(own_channels=[utterance.channel for utterance in own], tracks=heard.tracks)
    hindrances = _hindrances(heard)
    if track is None or hindrances:
        return Voice((), None, hindrances or ("没有听到说话",))
    others = (
        [u.span for u in heard.roles.utterances if u.role != role] if len(heard.tracks) > 1 else []
    )
    spoken = [utterance for utterance in own if utterance.channel == track.track.channel]
    windows = measure_windows(
        spoken, track, others=(*others, *overlaps, *(sound.span for sound in heard.sounds))
    )
    return Voice(windows, signal_to_noise_db(track), baseline=baseline)


def _track_of(own_channels: Sequence[int], tracks: Sequence[Acoustics]) -> Acoustics | None:
    counts = [own_channels.count(acoustics.track.channel) for acoustics in tracks]
    return tracks[counts.index(max(counts))] if any(counts) else None


def _hindrances(heard: DiarizedTranscript) -> tuple[str, ...]:
    reasons = []
    if not heard.roles.is_sure:
        reasons.append("角色不确定")
    if heard.leak.is_strong:
        reasons.append("两个声道串音太强")
    return tuple(reasons)
