"""Phrases that people wrote: what names an erased person goes from them, wherever they are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.people import CallEffect, NewAction, NewProposal, OverlayVersion, ProposalEffect
from pipeline.store import Store
from pipeline.store.finding_labels import LABELLED, labels_of
from pipeline.types import CallMeta, WordingChange
from tests.builders import a_finding, an_utterance
from tests.store.full_site import AT, HER, a_call
from tests.store.personal_site import (
    CALL_ID,
    NAME,
    PHONE,
    erase,
    fill_with_person,
    left_in,
    write_of_person,
)
from tests.store.test_alterations import alter, faults

RULE = "forbidden.shirk"
OTHER = "8" * 64


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "callqa.db"
    fill_with_person(path)
    return path


def save_other(db: Path, *phrases: str, sha256: str = OTHER) -> int:
    """A call of another customer in which these phrases of the site were found."""
    findings = tuple(
        a_finding(phrase=phrase, start_s=float(at), end_s=at + 0.5)
        for at, phrase in enumerate(phrases)
    )
    call = CallMeta("call-8", "8002", "C8", "2026-11-02T11:00:00", "投诉")
    with Store.open(db) as store:
        return store.results.save(
            replace(a_call(sha256, "8002", "C8", findings=findings), call=call), scored_at=AT
        )


def with_phrase(db: Path, phrase: str) -> list[int]:
    """The results that the index has under a phrase."""
    with Store.open(db) as store:
        found = store.db.execute(
            f"SELECT id FROM results WHERE id IN {LABELLED} ORDER BY id",
            [labels_of(store.db, "phrase", [phrase])],
        )
        return [row[0] for row in found.fetchall()]


def propose(db: Path, change: WordingChange, *, note: str = "太宽了", sentence: str = "", result_id: int | None = None) -> int:  # fmt: skip
    with Store.open(db) as store:
        new = NewProposal((change,), note, sentence, result_id)
        return store.proposals.add(new, **HER).id


def proposal(db: Path, number: int) -> tuple[str, str, str, str]:
    with Store.open(db) as store:
        found = store.proposals.get(number)
        assert found is not None
        change = found.changes[0]
        assert isinstance(change, WordingChange)
        return change.wording, found.note, found.sentence, found.word


def test_a_proposal_of_the_site_and_its_rules_lose_the_name(db: Path):
    write_of_person(db)

    erase(db)

    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_a_proposal_from_elsewhere_loses_what_names_the_person(db: Path):
    change = WordingChange(RULE, "exceptions", f"{NAME}的单子不归我管")
    number = propose(db, change, note=f"{NAME}打{PHONE}来问", sentence=f"{NAME}的单子不归我管")
    with Store.open(db) as store:
        store.proposals.settle(number, "accepted", word=f"{NAME}同意", **HER)

    erase(db)

    gone = "（已删除）的单子不归我管"
    assert proposal(db, number) == (
        gone, "（已删除）打（已删除）来问", gone, "（已删除）同意",
    )  # fmt: skip
    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_a_proposal_from_the_persons_call_loses_its_examples_and_reasons(db: Path):
    example = WordingChange(RULE, "positive", "我家那个老房子的事不归我管")
    phrase = WordingChange(RULE, "phrases", "这不归我管")
    own = [
        propose(db, change, note="她说老房子漏水", sentence="老房子不归我管", result_id=5)
        for change in (example, phrase)
    ]

    erase(db, "words")

    assert [proposal(db, number)[:3] for number in own] == [
        ("（已删除）", "（已删除）", "（已删除）"),
        ("这不归我管", "（已删除）", "（已删除）"),
    ]
    assert left_in(db.parent, ("老房子",)) == []
    assert faults(db) == set()


def test_a_trial_loses_the_persons_call_and_what_was_said_in_it(db: Path):
    number = propose(db, WordingChange(RULE, "phrases", "这不归我管"), result_id=5)
    shown = (
        CallEffect(5, CALL_ID, "8001", 80.0, 70.0, 80.0, 70.0, reasons=(f"推诿：“{NAME}我说”",)),
        CallEffect(2, "call-2", "8002", 80.0, 70.0, 80.0, 70.0, reasons=("推诿：“不归我管”",)),
    )
    effect = ProposalEffect(
        "done", "b", AT, AT, changed=2, shown=shown, sentence=("没有", f"{NAME}查到")
    )
    with Store.open(db) as store:
        store.proposals.note_effect(number, effect)

    erase(db)

    with Store.open(db) as store:
        found = store.proposals.effect_of(number)
    assert found is not None
    assert (found.changed, [one.result_id for one in found.shown]) == (2, [5, 2])
    assert found.shown[1] == shown[1]
    assert (found.shown[0].call, found.shown[0].reasons) == ("（已删除）", ("（已删除）",))
    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_kept_texts_of_the_overlay_lose_the_name(db: Path):
    text = f"rules:\n  - rule: {RULE}\n    exceptions:\n      - {NAME}不归我管\n      - 归我管\n"
    with Store.open(db) as store:
        store.proposals.keep_overlay(OverlayVersion(0, AT, "li", 1, "site.yaml", "", "ab", text))

    erase(db)

    with Store.open(db) as store:
        kept = store.proposals.overlay_versions()[0]
    assert kept.text == text.replace(NAME, "（已删除）")
    assert faults(db) == set()


def test_two_phrases_that_become_the_same_are_one_afterwards(db: Path):
    """The customer's number and the id of his call, in two phrases of the site."""
    first, second = f"{PHONE}不归我管", f"{CALL_ID}不归我管"
    one = save_other(db, first)
    both = save_other(db, first, second, sha256="a" * 64)
    other = save_other(db, second, "不归我管", sha256="b" * 64)

    erase(db)

    assert with_phrase(db, "（已删除）不归我管") == [one, both, other]
    assert other in with_phrase(db, "不归我管")
    assert with_phrase(db, first) == with_phrase(db, second) == []
    with Store.open(db) as store:
        phrases = store.db.execute("SELECT DISTINCT phrase FROM findings ORDER BY 1").fetchall()
    assert ("（已删除）不归我管",) in phrases
    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_a_phrase_that_came_by_its_erased_form_before_stays_findable(db: Path):
    """A second customer's number in a phrase of the same words."""
    save_other(db, "（已删除）不归我管")
    later = save_other(db, f"{PHONE}不归我管", sha256="a" * 64)

    erase(db)

    assert with_phrase(db, "（已删除）不归我管")[-1] == later
    assert faults(db) == set()


def test_a_phrase_found_later_is_not_found_in_the_calls_of_an_erased_one(db: Path):
    """The number of a label that is gone is not given to another one."""
    one = save_other(db, f"{PHONE}不归我管")
    save_other(db, f"{CALL_ID}不归我管", sha256="a" * 64)
    erase(db)

    new = save_other(db, "您自己想办法", sha256="b" * 64)

    assert with_phrase(db, "您自己想办法") == [new]
    assert one in with_phrase(db, "（已删除）不归我管")


def test_another_call_that_says_the_number_is_whole_afterwards(db: Path):
    """Its row of the ledger knows that its words were changed by right."""
    said = (an_utterance("不归我管。"), an_utterance(f"找{PHONE}那家。", "customer", 3.0))
    with Store.open(db) as store:
        number = store.results.save(a_call(OTHER, "8002", "C8", utterances=said), scored_at=AT)

    erase(db)

    with Store.open(db) as store:
        assert store.results.get(number).utterances[1].text == "找（已删除）那家。"
    assert faults(db) == set()
    alter(db, f"UPDATE utterances SET text = '您好' WHERE result_id = {number} AND position = 0")
    assert faults(db) == {f"result {number}"}


def test_a_call_of_others_that_was_altered_before_stays_a_fault(db: Path):
    number = save_other(db, f"{PHONE}不归我管")
    alter(db, f"UPDATE findings SET verdict = 'review' WHERE result_id = {number}")

    erase(db)

    assert faults(db) == {f"result {number}"}
    assert left_in(db.parent) == []


def test_comments_on_other_calls_that_quote_the_phrase_lose_the_name(db: Path):
    with Store.open(db) as store:
        store.actions.add(
            3, [NewAction("comment", {"text": f"像{NAME}那句不归我管"})], actor="chen", at=AT
        )

    erase(db)

    with Store.open(db) as store:
        values = [row[0] for row in store.db.execute("SELECT value FROM acts ORDER BY id")]
    assert '{"text": "像（已删除）那句不归我管"}' in [v.replace('":"', '": "') for v in values]
    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_a_name_of_two_characters_goes_only_from_the_persons_own_call(db: Path):
    """王伟 is a part of 王伟东, and many people's name."""
    number = propose(db, WordingChange(RULE, "phrases", "王伟不归我管"))
    with Store.open(db) as store:
        said = (an_utterance("我叫王伟。", "customer", 3.0),)
        store.results.save(a_call(OTHER, "8001", PHONE, utterances=said), scored_at=AT)

    erase(db)

    assert proposal(db, number)[0] == "王伟不归我管"


def test_by_age_other_peoples_texts_keep_the_name(db: Path):
    """Other calls of the customer stay, and so does what is said about them."""
    number = propose(db, WordingChange(RULE, "phrases", f"{NAME}不归我管"))
    with Store.open(db) as store:
        calls = store.erasure.calls_of(PHONE)
        store.erasure.erase(calls, "all", store.erasure.named(calls), reason="期限", **HER)
        store.erasure.clean(**HER)

    assert proposal(db, number)[0] == f"{NAME}不归我管"


def test_numbers_that_only_the_agent_said_are_not_the_customers(db: Path):
    said = "您记一下，维修师傅叫赵铁柱，电话是13926584417。"
    call = CallMeta("call-9", "8002", PHONE, "2026-11-02T12:00:00", "投诉")
    made = a_call("9" * 64, "8002", PHONE, utterances=(an_utterance(said),))
    with Store.open(db) as store:
        store.results.save(replace(made, call=call), scored_at=AT)
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)

    assert "9" * 64 in calls
    assert not {"赵铁柱", "13926584417"} & set(named.words)
