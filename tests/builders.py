"""Make the values that tests need in one line each."""

from __future__ import annotations

import socket
from typing import Any

from pipeline.people.actions import FindingKey, NewAction
from pipeline.types import (
    CallMeta,
    CallResult,
    Dynamics,
    Finding,
    Pace,
    Provenance,
    Reason,
    Recording,
    Role,
    RolePace,
    Score,
    ScoreItem,
    Span,
    Tone,
    Utterance,
)
from tests.fakes import words_over


def an_utterance(
    text: str,
    role: Role = "agent",
    start_s: float = 0.0,
    end_s: float | None = None,
    *,
    confidence: float = 0.9,
) -> Utterance:
    """Said at four characters a second unless an end is given."""
    end = start_s + len(text) / 4 if end_s is None else end_s
    channel = 1 if role == "customer" else 0
    words = words_over(text, Span(start_s, end), confidence)
    return Utterance(role, channel, start_s, end, text, confidence, words)


def a_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "rule": "forbidden.shirk",
        "kind": "forbidden",
        "phrase": "不归我管",
        "role": "agent",
        "start_s": 1.0,
        "end_s": 2.0,
        "quote": "不归我管",
        "match": "exact",
        "confidence": 0.9,
        "verdict": "confirmed",
    }
    return Finding(**{**values, **changes})


def a_score(points: float = 100.0, **changes: Any) -> Score:
    """A score of one item, with a measured figure for what it lost."""
    lost = (Reason("语速过快", points - 100.0, figure=400.0),) if points < 100 else ()
    values: dict[str, Any] = {
        "attitude": points,
        "total": points,
        "fatal": False,
        "items": (ScoreItem("a", "礼貌用语", 100.0, points, lost, dimension="courtesy"),),
        "flags": (),
    }
    return Score(**{**values, **changes})


def a_result(**changes: Any) -> CallResult:
    pace = RolePace(240.0, None, None, 8.0)
    values: dict[str, Any] = {
        "recording": Recording("calls/a.wav", "ab" * 32, 20.5, 8000, 2, "pcm_alaw", 0),
        "call": CallMeta(call_id="a"),
        "engine": Provenance("base", "cd" * 32, "l1", "s1", "0.1.0"),
        "utterances": (an_utterance("您好，请讲。"), an_utterance("我要退款。", "customer", 3.0)),
        "findings": (),
        "pace": Pace(pace, pace),
        "dynamics": Dynamics(0.5, 0.0, 0.0, 0, 0, None),
        "tone": Tone(),
        "score": a_score(),
    }
    return CallResult(**{**values, **changes})


def a_decision(finding: Finding, decision: str = "refused") -> NewAction:
    """What a person decides about a finding."""
    key = FindingKey.of(finding)
    return NewAction("decide", {"decision": decision, "finding": key.plain()}, rule=key.rule)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
