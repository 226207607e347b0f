"""A call with faults to judge, scored by the real lexicon, for tests of corrections."""

from __future__ import annotations

from pipeline.jobs.basis import load_basis
from pipeline.jobs.correct import Corrector
from pipeline.jobs.rescore import load_rescorer
from pipeline.people.actions import NewAction
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import CallResult, Finding, RolePace
from tests.builders import an_utterance

AT, LATER = "2026-11-20T09:00:00+00:00", "2026-11-23T09:00:00+00:00"
SHA = "ab" * 32
BASIS = load_basis(Settings())
LEXICON, SHEETS = BASIS.lexicon, BASIS.sheets
SPEAKS = RolePace(240.0, None, None, 8.0, low_chars_per_min=230.0, high_chars_per_min=250.0)

SAID = (
    an_utterance("您好，请问有什么可以帮您？", start_s=0.0),
    an_utterance("我的包裹没有收到。", "customer", 5.0),
    an_utterance("这个不归我管。", start_s=10.0),
    an_utterance("那谁来管呢？", "customer", 15.0),
    an_utterance("这个我真的不知道。", start_s=20.0),
    an_utterance("再见。", start_s=25.0),
)


def scored(store: Store, result: CallResult) -> CallResult:
    """A result as the machine would score it by the present lexicon and sheets."""
    rescorer = load_rescorer(store, BASIS)
    return rescorer.rescore(result, result.call, result.outcome)


def forbidden(result: CallResult) -> list[Finding]:
    return [f for f in result.findings if f.kind == "forbidden"]


def act(reviser: Corrector, store: Store, *acts: NewAction) -> int:
    return reviser.act(store, store.effective.of(SHA), acts, actor="wang", at=LATER)
