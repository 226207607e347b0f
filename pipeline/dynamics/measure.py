"""Measure the figures of a conversation. A figure that this recording cannot give has a reason in
Chinese."""

from __future__ import annotations

import itertools
from statistics import median
from typing import TYPE_CHECKING, Any

from pipeline.dynamics.scene import Scene, spoken
from pipeline.dynamics.talk_over import find_overlaps
from pipeline.types import Dynamics, Finding, Role, Seconds, Span, Unmeasured, join_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

MONOLOGUE_PAUSE_S: Seconds = 3.0
"""A pause of this length ends a monologue. It is a silence (Amazon Connect's threshold for non-talk
time)."""

GREETED_WITHIN = 3
"""The greeting is searched in this number of the agent's first utterances (our choice)."""

CUT_OFF_S: Seconds = 0.3
"""A side that speaks until this short before the end of the recording was cut off (our choice)."""

HOLD_KINDS = ("music", "ringing", "announcement")


def measure_dynamics(scene: Scene, findings: Sequence[Finding]) -> Dynamics:
    """Measure all figures. An unknown one is ``None``, and ``unmeasured`` gives its reason."""
    silent = "" if scene.speech else "没有人说话"
    nobody = silent or (
        "" if any(u.role != "unknown" for u in scene.utterances) else "分不清谁是客服、谁是客户"
    )
    no_overlap = nobody or scene.deaf_to_overlap
    gaps = [f.end_s - f.start_s for f in findings if f.kind == "silence"]
    announced = [f.end_s - f.start_s for f in findings if f.rule == "silence.announced"]
    unannounced = [
        f.end_s - f.start_s
        for f in findings
        if f.kind == "silence" and f.rule != "silence.announced"
    ]
    broke_in = [f.role for f in findings if f.kind == "interruption"]
    monologue = _longest_monologue(scene)
    none = "没有可量的内容"
    figures: dict[
        str, tuple[str, Any, str]
    ] = {  # why it cannot be measured, the value, why the value may be None
        "talk_ratio_agent": (nobody, _talk_ratio(scene), none),
        "silence_s": (silent, sum(gaps, 0.0), none),
        "longest_silence_s": (silent, max(gaps, default=0.0), none),
        "announced_wait_s": (silent, sum(announced, 0.0), none),
        "unannounced_wait_s": (silent, max(unannounced, default=0.0), none),
        "interruptions_by_agent": (no_overlap, broke_in.count("agent"), none),
        "interruptions_by_customer": (no_overlap, broke_in.count("customer"), none),
        "talk_over_s": (
            no_overlap,
            sum((span.duration_s for span in find_overlaps(scene)), 0.0),
            none,
        ),
        "response_latency_median_s": (no_overlap, _latency(scene), "客服没有接过客户的话"),
        "longest_monologue_agent_s": (nobody, monologue and monologue.duration_s, "客服没有说话"),
        "longest_monologue_start_s": (nobody, monologue and monologue.start_s, "客服没有说话"),
        "time_to_greeting_s": (nobody, _time_to_greeting(scene), "客服开头没有问候"),
        "last_speaker": (nobody, _last_speaker(scene), none),
        "ended_by": (nobody, _ended_by(scene), "录音里听不出谁先挂机"),
    }
    measured = {
        name: None if forbidden else value for name, (forbidden, value, _) in figures.items()
    }
    unmeasured = tuple(
        Unmeasured(name, forbidden or missing)
        for name, (forbidden, _, missing) in figures.items()
        if measured[name] is None
    )
    holds = join_spans([sound.span for sound in scene.sounds if sound.kind in HOLD_KINDS], 0.0)
    return Dynamics(
        **measured, hold_s=sum((span.duration_s for span in holds), 0.0), unmeasured=unmeasured
    )


def _talk_ratio(scene: Scene) -> float | None:
    agent_s, customer_s = (_speaking_s(scene, role) for role in ("agent", "customer"))
    return agent_s / (agent_s + customer_s) if agent_s + customer_s else None


def _speaking_s(scene: Scene, role: Role | str) -> Seconds:
    return sum(
        span.duration_s
        for span in join_spans([u.span for u in scene.utterances if u.role == role], 0.0)
    )


def _latency(scene: Scene) -> Seconds | None:
    """Median time from the customer's end to the agent's answer, ``None`` without an answer."""
    waits = [
        answer.start_s - asked.end_s
        for asked, answer in itertools.pairwise(scene.utterances)
        if asked.role == "customer" and answer.role == "agent" and answer.start_s >= asked.end_s
    ]
    return median(waits) if waits else None


def _longest_monologue(scene: Scene) -> Span | None:
    """The agent's longest stretch that the customer interrupts with back-channels only."""
    runs: list[Span] = []
    ended = True
    for utterance in scene.utterances:
        if utterance.role != "agent":
            ended = ended or not scene.is_back_channel(utterance)
        elif ended or utterance.start_s - runs[-1].end_s >= MONOLOGUE_PAUSE_S:
            runs.append(utterance.span)
            ended = False
        else:
            runs[-1] = Span(runs[-1].start_s, max(runs[-1].end_s, utterance.end_s))
    return max(runs, key=lambda run: run.duration_s, default=None)


def _time_to_greeting(scene: Scene) -> Seconds | None:
    """Time from the answer of the call (the end of ringing, else the recording's start) to the
    agent's greeting."""
    for utterance in scene.by_role("agent")[:GREETED_WITHIN]:
        if any(greeting in spoken(utterance) for greeting in scene.words.greetings):
            rings = [
                s.end_s
                for s in scene.sounds
                if s.kind == "ringing" and s.end_s <= utterance.start_s
            ]
            return utterance.start_s - max(rings, default=scene.begins_s)
    return None


def _last_speaker(scene: Scene) -> Role | None:
    known = [utterance for utterance in scene.utterances if utterance.role != "unknown"]
    return max(known, key=lambda utterance: utterance.end_s).role if known else None


def _ended_by(scene: Scene) -> Role | None:
    """The side that hung up: the one whose line has the busy tone, else the one that did not speak
    last if the last speaker was cut off."""
    sides = {u.channel: u.role for u in scene.utterances if u.role != "unknown"}
    busy = [sound for sound in scene.sounds if sound.kind == "busy"]
    if busy and not scene.deaf_to_overlap:
        return sides.get(busy[-1].channel)
    last = max(scene.utterances, key=lambda utterance: utterance.end_s, default=None)
    if last is None or last.role == "unknown" or scene.duration_s - last.end_s > CUT_OFF_S:
        return None
    return "customer" if last.role == "agent" else "agent"
