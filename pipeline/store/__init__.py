"""Results in an SQLite file: the only place where dataclasses become rows.

``Store`` is the face. ``schema`` holds the tables, and ``rows`` turns values into rows and back.
``calls`` has the metadata and outcomes of calls, ``ledger`` the actions, and ``search`` the spoken
text. ``failures`` translates the errors of SQLite and the disk into plain words.
"""

from pipeline.store.call_history import PastResult
from pipeline.store.files import KnownFile, Night
from pipeline.store.judgements import ReviewOnly, ToneLabel
from pipeline.store.ledger import Fault, LedgerEntry, Verified
from pipeline.store.queue import is_place
from pipeline.store.results import Correction, Saved, with_known
from pipeline.store.rows import Ready, ready
from pipeline.store.runs import ScoringRun
from pipeline.store.search import SearchHit
from pipeline.store.store import Store
from pipeline.types import RuleCount

__all__ = [
    "Correction",
    "Fault",
    "KnownFile",
    "LedgerEntry",
    "Night",
    "PastResult",
    "Ready",
    "ReviewOnly",
    "RuleCount",
    "Saved",
    "ScoringRun",
    "SearchHit",
    "Store",
    "ToneLabel",
    "Verified",
    "is_place",
    "ready",
    "with_known",
]
