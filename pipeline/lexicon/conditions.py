"""The nouns of the rule language: what a condition looks for, where, and how conditions are joined.

``docs/rules.md`` shows each with an example. A condition *holds* in a call if it has a hit there.
``operator_table`` says how an operator is written, ``pipeline.phrases.evaluators`` evaluates it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from pipeline.types import Role, Seconds


@dataclass(frozen=True, slots=True)
class Phrase:
    """``say``: what is said, without punctuation. ``word``: only where it stands as a word of its
    own. ``at``: file and line, for messages."""

    say: str
    word: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """What a condition looks for; each subclass is an operator."""

    needs_sound: ClassVar[bool] = False
    """Whether it asks what only a recording shows: when somebody speaks, how fast, how loud. The
    times of an imported conversation say when a line was sent."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """Other conditions of the same rule whose hits it needs, by name."""
        return ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules whose hits it needs, by id."""
        return ()

    @property
    def regexes(self) -> tuple[str, ...]:
        """Its regular expressions."""
        return ()


@dataclass(frozen=True, slots=True)
class WordList(Operator):
    """Phrases within one ``unit``: any of them, all, at least ``least`` different ones, or none.
    ``by_sound``: also where only the sound is that of the phrase."""

    how: Literal["any", "all", "at_least", "none"]
    phrases: tuple[Phrase, ...]
    least: int = 1
    by_sound: bool = False


@dataclass(frozen=True, slots=True)
class Pattern(Operator):
    """A regular expression over the text without punctuation, and one that must not match there."""

    regex: str
    unless: str = ""

    @property
    def regexes(self) -> tuple[str, ...]:
        return (self.regex, self.unless) if self.unless else (self.regex,)


@dataclass(frozen=True, slots=True)
class Similar(Operator):
    """Utterances whose character pairs are like those of one of the sentences (cosine, 0..1)."""

    sentences: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Meant(Operator):
    """Sentences that the meaning classifier gives the label, and an expression that must not match
    in them."""

    label: str
    unless: str = ""

    @property
    def regexes(self) -> tuple[str, ...]:
        return (self.unless,) if self.unless else ()


@dataclass(frozen=True, slots=True)
class Echo(Operator):
    """``least`` characters of the other side's last ``turns`` turns, where ``beside`` matches."""

    least: int
    turns: int = 2
    beside: str = ""

    @property
    def regexes(self) -> tuple[str, ...]:
        return (self.beside,) if self.beside else ()


@dataclass(frozen=True, slots=True)
class Repeated(Operator):
    """The same words, ``least_chars`` or more of them, said ``times`` times by one side."""

    times: int
    least_chars: int


EntityKind: TypeAlias = Literal["number", "phone", "money", "date"]


@dataclass(frozen=True, slots=True)
class Entity(Operator):
    kind: EntityKind


@dataclass(frozen=True, slots=True)
class Silence(Operator):
    """Neither side speaks for at least so long."""

    needs_sound: ClassVar[bool] = True

    least_s: Seconds


@dataclass(frozen=True, slots=True)
class PaceLimit(Operator):
    """Utterances faster or slower than a number of characters a minute."""

    needs_sound: ClassVar[bool] = True

    over: float | None = None
    under: float | None = None


@dataclass(frozen=True, slots=True)
class VolumeJump(Operator):
    """Utterances louder than the same side's median by so many decibels."""

    needs_sound: ClassVar[bool] = True

    least_db: float


@dataclass(frozen=True, slots=True)
class TalkOver(Operator):
    """Utterances that begin while the other side speaks, with at least so much overlap."""

    needs_sound: ClassVar[bool] = True

    least_s: Seconds


@dataclass(frozen=True, slots=True)
class ResponseTime(Operator):
    """Utterances that answer the other side only after so long."""

    needs_sound: ClassVar[bool] = True

    over_s: Seconds


@dataclass(frozen=True, slots=True)
class CallLength(Operator):
    over_s: Seconds | None = None
    under_s: Seconds | None = None


@dataclass(frozen=True, slots=True)
class UtteranceCount(Operator):
    """How many utterances lie in the scope."""

    over: int | None = None
    under: int | None = None


@dataclass(frozen=True, slots=True)
class HangUp(Operator):
    """The call breaks off: the last words are the other side's, no farewell, and the recording ends
    within ``within_s``. ``by``: who must have hung up."""

    needs_sound: ClassVar[bool] = True

    by: Role
    within_s: Seconds


@dataclass(frozen=True, slots=True)
class MetaIs(Operator):
    """A comparison with the call's metadata (``CallMeta``); an unknown value never holds."""

    name: str
    test: Literal["equals", "not", "in", "matches", "from", "to"]
    values: tuple[str, ...]

    @property
    def regexes(self) -> tuple[str, ...]:
        return self.values if self.test == "matches" else ()


@dataclass(frozen=True, slots=True)
class SpeakerIs(Operator):
    """Who has the first or the last word."""

    place: Literal["first", "last"]
    role: Role


@dataclass(frozen=True, slots=True)
class RuleHits(Operator):
    """The hits of another rule."""

    rule: str

    @property
    def rules(self) -> tuple[str, ...]:
        return (self.rule,)


@dataclass(frozen=True, slots=True)
class Unanswered(Operator):
    """Hits of ``of`` that none of ``by`` follows within so many utterances of its side."""

    of: str
    by: str
    within: int

    @property
    def conditions(self) -> tuple[str, ...]:
        return (self.of, self.by)


@dataclass(frozen=True, slots=True)
class Near:
    """Only before, after or around a hit of the condition ``of``: its ``hit``-th (1 the first, -1
    the last, 0 any), within so many utterances or seconds of it (``None``: however far)."""

    side: Literal["before", "after", "around"]
    of: str
    hit: int = 0
    utterances: int | None = None
    seconds: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Unless:
    """Drops a hit with one of the phrases near it, said by ``role`` (``None``: by whomever)."""

    side: Literal["before", "after"]
    phrases: tuple[str, ...]
    within: int
    role: Role | None


@dataclass(frozen=True, slots=True)
class ConditionScope:
    """Where a condition looks. ``unit``: what the words of one hit must lie in: an utterance, a
    turn (utterances of one side in a row), or the whole scope."""

    role: Role | None = None
    first: int | None = None
    last: int | None = None
    first_s: Seconds | None = None
    last_s: Seconds | None = None
    near: tuple[Near, ...] = ()
    unless: tuple[Unless, ...] = ()
    unit: Literal["utterance", "turn", "scope"] = "turn"


@dataclass(frozen=True, slots=True)
class Condition:
    name: str
    operator: Operator
    scope: ConditionScope
    at: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The other conditions of the rule that it looks at, by name."""
        return (*self.operator.conditions, *(near.of for near in self.scope.near))


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class Joined:
    how: Literal["and", "or"]
    parts: tuple[Expression, ...]


Expression: TypeAlias = str | Not | Joined
"""The name of a condition, or a combination."""
