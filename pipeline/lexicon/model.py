"""What a lexicon and a scoring sheet hold once they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipeline.types import Kind, Role, Seconds

RuleKind: TypeAlias = Literal["required", "forbidden"]
Severity: TypeAlias = Literal["low", "medium", "high"]
Expected: TypeAlias = Literal["always", "if_needed"]
Within: TypeAlias = Literal["first", "last", "any"]
Dimension: TypeAlias = Literal["attitude", "other"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """``say``: what is said, without punctuation. ``word``: only where it stands as a word of its own."""

    say: str
    word: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A group of phrases with one meaning. ``phrase`` is the name that findings of a required slot carry;
    a forbidden phrase is named by itself."""

    id: str
    name: str
    kind: RuleKind
    source: str
    severity: Severity
    role: Role
    phrases: tuple[Phrase, ...]
    exceptions: tuple[str, ...] = ()
    negated_by: bool = False
    phrase: str = ""
    expected: Expected = "if_needed"
    within: Within = "any"
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is known of words. ``version`` is a digest of the files it came from."""

    rules: tuple[Rule, ...]
    agent_cues: Mapping[str, float] = field(default_factory=dict)
    customer_cues: Mapping[str, float] = field(default_factory=dict)
    inventions: tuple[str, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class Deduction:
    """Takes ``points`` for findings of ``kind`` that fit; ``rule`` may end with ``*``.

    ``per``: for each hit, or once a call. ``least_s``: only findings at least so long.
    """

    kind: Kind
    points: float
    per: Literal["hit", "call"]
    source: str
    rule: str = "*"
    role: Role | None = None
    severity: Severity | None = None
    least_s: Seconds = 0.0
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One line of the sheet; ``attitude`` items make the 服务态度 score."""

    id: str
    name: str
    dimension: Dimension
    full: float
    source: str
    deductions: tuple[Deduction, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    id: str
    name: str
    items: tuple[SheetItem, ...]
    version: str = ""
