"""Arithmetic of stretches of time."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.types.speech import Seconds, Span


def join_spans(spans: Sequence[Span], pause_s: Seconds) -> tuple[Span, ...]:
    """Spans in order. Spans with less than ``pause_s`` between them become one.

    >>> join_spans([Span(2.0, 3.0), Span(0.0, 1.6)], 0.5)
    (Span(start_s=0.0, end_s=3.0),)
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_s - joined[-1].end_s < pause_s:
            joined[-1] = Span(joined[-1].start_s, max(joined[-1].end_s, span.end_s))
        else:
            joined.append(span)
    return tuple(joined)


def subtract_spans(span: Span, others: Sequence[Span]) -> tuple[Span, ...]:
    """The parts of ``span`` that none of the others covers.

    >>> subtract_spans(Span(0.0, 5.0), [Span(1.0, 2.0), Span(4.5, 9.0)])
    (Span(start_s=0.0, end_s=1.0), Span(start_s=2.0, end_s=4.5))
    """
    left: list[Span] = []
    at = span.start_s
    for other in join_spans([other for other in others if other.overlap_s(span) > 0], 0.0):
        if other.start_s > at:
            left.append(Span(at, other.start_s))
        at = max(at, other.end_s)
    return (*left, Span(at, span.end_s)) if at < span.end_s else tuple(left)
