"""Rows: the only place where nouns become rows of the SQLite file.

``Store`` is the face. It hands out one part for each subject: ``store.results``, ``store.queue``,
``store.users``, ``store.ledger`` and so on. ``schema`` holds the tables, ``rows`` turns values
into rows and back, ``failures`` says in plain words what SQLite and the disk complain of.
"""

from pipeline.store.attempts import Try
from pipeline.store.backup import Backup, check_copy
from pipeline.store.call_history import PastResult
from pipeline.store.connection import is_plain
from pipeline.store.conversations import StoredLeg
from pipeline.store.encrypted_file import decrypt_pieces, encrypt_bytes
from pipeline.store.erased_talks import NamedTalk
from pipeline.store.erasure import Erasure, Level
from pipeline.store.faults import Fault
from pipeline.store.files import KnownFile, Night
from pipeline.store.fresh_file import Change, Recrypted, copy_for, hold_alone, rewrite
from pipeline.store.heads import CheckedProof, TreeHead, check_proof, head_of
from pipeline.store.judgements import ReviewOnly, ToneLabel
from pipeline.store.key import (
    DatabaseKey,
    KeySource,
    chosen_source,
    database_key,
    make_database_key,
    read_database_key,
    use_database_key,
)
from pipeline.store.ledger import LedgerEntry
from pipeline.store.live import Received
from pipeline.store.named import Named
from pipeline.store.new_results import Correction
from pipeline.store.period_reports import PeriodReport
from pipeline.store.prepared import Ready, ready
from pipeline.store.queue_order import is_place
from pipeline.store.results import Saved, with_known
from pipeline.store.runs import ScoringRun
from pipeline.store.scrub import GONE
from pipeline.store.search import SearchHit
from pipeline.store.signing import make_key, read_key, use_key
from pipeline.store.sound_prints import SAME_START_S
from pipeline.store.store import Store
from pipeline.store.verify import Verified
from pipeline.types import RuleCount

__all__ = [
    "GONE",
    "SAME_START_S",
    "Backup",
    "Change",
    "CheckedProof",
    "Correction",
    "DatabaseKey",
    "Erasure",
    "Fault",
    "KeySource",
    "KnownFile",
    "LedgerEntry",
    "Level",
    "Named",
    "NamedTalk",
    "Night",
    "PastResult",
    "PeriodReport",
    "Ready",
    "Received",
    "Recrypted",
    "ReviewOnly",
    "RuleCount",
    "Saved",
    "ScoringRun",
    "SearchHit",
    "Store",
    "StoredLeg",
    "ToneLabel",
    "TreeHead",
    "Try",
    "Verified",
    "check_copy",
    "check_proof",
    "chosen_source",
    "copy_for",
    "database_key",
    "decrypt_pieces",
    "encrypt_bytes",
    "head_of",
    "hold_alone",
    "is_place",
    "is_plain",
    "make_database_key",
    "make_key",
    "read_database_key",
    "read_key",
    "ready",
    "rewrite",
    "use_database_key",
    "use_key",
    "with_known",
]
