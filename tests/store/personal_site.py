"""A site with one customer whose data is in every place that can hold any."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.people import FindingKey, NewAction, NewProposal, OverlayVersion
from pipeline.store import KnownFile, Store
from pipeline.types import CallMeta, Imported, Reason, ScoreItem, WordingChange
from tests.builders import a_finding, a_score, an_utterance
from tests.store.full_site import AT, FINDING, HER, a_call, fill

PHONE, NAME, PLATE = "13712345678", "欧阳建国", "闽D88C21"
CALL_ID = f"8001_20261102_{PHONE}"
SHA = "7" * 64
PERSON = (PHONE, NAME, PLATE, "翔安区马巷", "一三七")


def a_personal_call(recording: str = f"calls/{CALL_ID}.wav"):  # type: ignore[no-untyped-def]
    said = an_utterance(f"我叫{NAME}，电话{PHONE}，住在翔安区马巷。", "customer", 3.0)
    reasons = (Reason(f"打断客户：“{NAME}我说”（依据：C 六）", -20.0, finding=0),)
    made = a_call(
        SHA, "8001", PHONE,
        utterances=(an_utterance("一三七，您好。"), said),
        findings=(replace(FINDING, quote=f"不归我管{NAME}", evidence=f"听到“{NAME}”"), a_finding(start_s=9.0)),
        score=a_score(80.0, items=(ScoreItem("a", "礼貌用语", 100.0, 80.0, reasons),)),
        notes=(f"其他部分：{CALL_ID}",),
    )  # fmt: skip
    call = CallMeta(CALL_ID, "8001", PHONE, "2026-11-02T10:00:00", "投诉")
    return replace(made, call=call, recording=replace(made.recording, path=recording))


def fill_with_person(path: Path) -> None:
    """A full site, and a customer whose words, numbers and names are everywhere."""
    path.write_bytes(_filled())


def erase(db: Path, level: str = "all") -> None:
    """Erase that customer, and what is left free in the file."""
    with Store.open(db) as store:
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)
        store.erasure.erase(calls, level, named, reason="客户要求", **HER)  # type: ignore[arg-type]
        store.erasure.clean(**HER)


@cache
def _filled() -> bytes:
    """The file, made once a process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "callqa.db"
        _fill(path)
        return path.read_bytes()


def _fill(path: Path) -> None:
    recording = f"calls/{CALL_ID}.wav"
    fill(path)
    with Store.open(path) as store:
        number = store.results.save(a_personal_call(recording), scored_at=AT)
        key = FindingKey.of(FINDING)
        store.calls.import_calls([Imported(CALL_ID, {"rating": 2.0}, "a.csv:2")], **HER)
        store.calls.import_calls([Imported("call-2", {"queue": f"回访{PHONE}"}, "a.csv:3")], **HER)
        comment = NewAction("comment", {"text": f"{NAME}的车牌{PLATE}"})
        store.actions.add(number, [comment], actor="chen", at=AT)
        appeal = store.appeals.file(
            number,
            finding=key,
            agent_id="8001",
            filed_by="a8001",
            reason=f"{NAME}先骂人",
            at=AT,
            due_at=AT,
        )
        store.appeals.decide(
            appeal.id, outcome="rejected", answer=f"听了{NAME}", decided_by="li", at=AT
        )
        store.ledger.record(
            "unmasked", "search", {"text": PHONE, "reason": "核对"}, actor="li", at=AT
        )
        store.proposals.add(
            NewProposal(
                (WordingChange("forbidden.shirk", "exceptions", "归我管"),),
                note="例外",
                sentence=f"{NAME}不归我管",
                result_id=number,
            ),
            **HER,
        )
        file = KnownFile(Path(recording), 1, 1, SHA, "scored")  # type: ignore[arg-type]
        store.files.note(file, at=AT)


def write_of_person(path: Path) -> None:
    """What people write about a customer elsewhere: a rule that they proposed, and the site's rules
    with it."""
    with Store.open(path) as store:
        wider = WordingChange("forbidden.shirk", "exceptions", f"{NAME}那单归我管")
        other = store.proposals.add(NewProposal((wider,), note=f"{NAME}来电{PHONE}"), **HER)
        store.proposals.settle(other.id, "accepted", word=f"{NAME}的事", **HER)
        text = f"rules:\n  - rule: forbidden.shirk\n    exceptions: [{wider.wording}]\n"
        store.proposals.keep_overlay(
            OverlayVersion(0, AT, "li", other.id, "site.yaml", "", "ab", text)
        )


def left_in(folder: Path, texts: tuple[str, ...] = PERSON) -> list[tuple[str, str]]:
    """What ``strings`` and more would find: in UTF-8, in JSON escapes and in UTF-16."""
    found = []
    for file in sorted(folder.rglob("*")):
        content = file.read_bytes() if file.is_file() else b""
        for text in texts:
            forms = (text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le"))
            found += [(file.name, text)] if any(form in content for form in forms) else []
    return found
