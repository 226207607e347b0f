"""Lines and alarms of a conversation in progress with its personal data hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.privacy import mask_text, mask_utterances
from pipeline.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.types import Kinds, LiveAlarm, LiveMessage


def mask_lines(lines: Sequence[LiveMessage], kinds: Kinds) -> list[LiveMessage]:
    """All lines of a conversation so far, in order of time: a number may be said over several of them,
    and what is personal is known by where it was first said."""
    said = [
        Utterance(
            line.speaker if line.speaker != "system" else "unknown",
            0, float(number), number + 1.0, line.text, 1.0, (),
        )
        for number, line in enumerate(lines)
    ]  # fmt: skip
    texts = mask_utterances(said, kinds=kinds)
    return [replace(line, text=text) for line, text in zip(lines, texts, strict=True)]


def mask_alarms(
    alarms: Iterable[LiveAlarm],
    lines: Sequence[LiveMessage],
    masked: Sequence[LiveMessage],
    kinds: Kinds,
) -> list[LiveAlarm]:
    """Alarms that quote ``lines``: what is hidden in a line is hidden in its quotes too, though the
    quote alone does not tell that it is a part of a number."""
    hidden = [
        (line.text, other.text)
        for line, other in zip(lines, masked, strict=True)
        if line.text != other.text
    ]
    return [
        replace(
            one,
            quote=_as_in(hidden, one.quote, kinds),
            evidence=_as_in(hidden, one.evidence, kinds),
        )
        for one in alarms
    ]


def _as_in(hidden: Iterable[tuple[str, str]], text: str, kinds: Kinds) -> str:
    for plain, masked in hidden:
        at = plain.find(text) if text else -1
        text = masked[at : at + len(text)] if at >= 0 else text.replace(plain, masked)
    return mask_text(text, kinds=kinds)
