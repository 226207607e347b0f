"""One call as a visitor may see it: the machine's result, the review actions, and the effective
result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fastapi import HTTPException, Request

from pipeline.people import ReviewAction
from pipeline.privacy import mask_results, may_be_hidden
from pipeline.review.access import may_see
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.types import CallRecord, CallResult, Kinds, Recording

UNMASKED_S = 900.0
"""A session sees the personal data of a call for a quarter of an hour (our choice)."""


REASON_LETTERS = 2
"""A reason for seeing personal data has a word: two characters (our choice)."""


@dataclass(frozen=True, slots=True)
class CallView:
    """``counting`` is ``machine`` itself where nobody has corrected anything. ``masked``: personal
    data is hidden in both. ``recording``: with its path as it is stored, which no page shows."""

    record: CallRecord
    machine_id: int
    machine: CallResult
    counting_id: int
    counting: CallResult
    actions: tuple[ReviewAction, ...]
    masked: bool
    recording: Recording

    @property
    def is_corrected(self) -> bool:
        return self.counting_id != self.machine_id


def present_recording(site: ReviewContext, recording: Recording) -> Recording:
    """The recording, or where its file has gone another packing of it that is there, such as the MP3
    of an archive."""
    if site.sounds.silent(recording) != "gone":
        return recording
    copies = (
        replace(recording, path=str(file.path), sha256=file.sha256, file_sha256="", sides=())
        for file in site.store.files.copies_of(recording.path)
        if isinstance(file.path, Path)
    )
    return next((one for one in copies if site.sounds.silent(one) is None), recording)


def find_record(request: Request, result_id: int) -> CallRecord:
    """The call of a result. 404 where there is none, or where it is not for this visitor: both read
    the same."""
    record = site_of(request).store.calls.record_of(result_id)
    if record is None or not may_see(visitor_of(request).user, record):
        raise HTTPException(404)
    return record


def view_call(request: Request, result_id: int, *, words: bool | range = True) -> CallView:
    """The call of a result, masked unless this session may see more; that it was opened is on record.
    ``words``: the utterances that have theirs. 404 as in ``find_record``."""
    site, record = site_of(request), find_record(request, result_id)
    store = site.store
    reader = visitor_of(request).user.name
    store.readings.note("opened", str(record.result_id), actor=reader, at=site.now)
    machine_id = store.effective.machine_of(record.result_id)
    ids = list(dict.fromkeys((machine_id, record.result_id)))
    loaded = [saved.result for saved in store.results.load(ids, words=words)]
    machine, counting = loaded[0], loaded[-1]
    recording = machine.recording
    masked = not is_unmasked(site, request, record.sha256)
    if masked:
        loaded = [*mask_results(loaded, kinds=hidden_in(request, record.sha256))]
        machine, counting = loaded[0], loaded[-1]
    return CallView(
        record,
        machine_id,
        machine,
        record.result_id,
        counting,
        store.actions.of(record.sha256),
        masked,
        recording,
    )


def note_search(request: Request, text: str) -> None:
    """Put a search for a number on record, without the number."""
    if text and may_be_hidden(text):
        site, reader = site_of(request), visitor_of(request).user.name
        site.store.readings.note("searched", "", actor=reader, at=site.now)


def hidden_kinds(request: Request) -> Kinds:
    """The kinds of personal data that this visitor's role does not see without a reason."""
    return site_of(request).settings.privacy.hidden_from(visitor_of(request).user.role)


def hidden_in(request: Request, sha256: str) -> Kinds:
    """The kinds that this visitor does not see in a call: none after a reason was given."""
    if is_unmasked(site_of(request), request, sha256):
        return frozenset()
    return hidden_kinds(request)


def is_unmasked(site: ReviewContext, request: Request, sha256: str) -> bool:
    """Whether this session has given a reason to see personal data of a call, lately."""
    session = visitor_of(request).session
    until = site.unmasked.get((session.digest, sha256), 0.0) if session else 0.0
    return site.clock() < until


def unmask_call(request: Request, result_id: int, *, reason: str) -> None:
    """Show this session the personal data of a call for ``UNMASKED_S``; the reason is in the
    ledger. 400 without a session or a reason, 404 as in ``find_record``. Raises ``StoreError``."""
    site, record, visitor = site_of(request), find_record(request, result_id), visitor_of(request)
    if visitor.session is None or sum(map(str.isalpha, reason)) < REASON_LETTERS:
        raise HTTPException(400, "请写明查看个人信息的理由。")
    detail = {"reason": reason.strip(), "seconds": UNMASKED_S}
    site.store.ledger.record(
        "unmasked", f"call {record.sha256}", detail, actor=visitor.user.name, at=site.now
    )
    for key in [key for key, until in site.unmasked.items() if until < site.clock()]:
        site.unmasked.pop(key, None)
    site.unmasked[visitor.session.digest, record.sha256] = site.clock() + UNMASKED_S
