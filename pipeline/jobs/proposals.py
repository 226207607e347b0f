"""Propose a change of rules or sheets, accept it into the site's overlay file, refuse or undo it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.ear import toneless_all
from pipeline.errors import ProposalError
from pipeline.jobs.site_overlay import (
    OverlayText,
    digest_of_text,
    read_overlay_text,
    with_changes,
    write_overlay,
)
from pipeline.lexicon import Lexicon, takes_words
from pipeline.people import (
    NewProposal,
    OverlayVersion,
    Proposal,
    check_proposal,
    check_proposal_decision,
    check_proposal_undoing,
    check_proposal_withdrawal,
)
from pipeline.privacy import MASK, mask_text
from pipeline.types import WordingChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.people import User
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.types import WordingPart

PARTS: dict[WordingPart, str] = {
    "phrases": "触发短语", "exceptions": "例外", "positive": "正例", "negative": "反例",
}  # fmt: skip
"""What the lists of a rule are called."""

LONGEST_WORDING, LONGEST_EXAMPLE = 40, 300
"""Characters (our choice): a longer phrase is never said twice."""


@dataclass(frozen=True, slots=True)
class SeenRules:
    """What somebody saw who decides: the SHA-256 of the overlay file, empty for none, and the mark of
    the rules and sheets in force (``basis_mark``)."""

    overlay_sha256: str
    mark: str


_SIGNS = re.compile(r"[^\w()|?（）]+|_")


def wording_change(rule: str, part: WordingPart, text: str) -> WordingChange:
    """A wording as a rule has it: phrases and exceptions without signs and spaces. Raises
    ``ProposalError`` for an empty or long one, and for personal data.

    >>> wording_change("forbidden.shirk", "exceptions", "不归我管的， 我也帮您问。").wording
    '不归我管的我也帮您问'
    """
    is_words = part in ("phrases", "exceptions")
    wording = _SIGNS.sub("", text) if is_words else " ".join(text.split())
    longest = LONGEST_WORDING if is_words else LONGEST_EXAMPLE
    if not wording:
        raise ProposalError(f"请填写{PARTS[part]}的文字")
    if len(wording) > longest:
        raise ProposalError(f"{PARTS[part]}太长，最多 {longest} 字")
    if MASK in text or mask_text(text) != text:
        raise ProposalError(f"{PARTS[part]}里有个人信息（号码等），不能写进规则，请去掉")
    return WordingChange(rule, part, wording)


def propose(store: Store, new: NewProposal, settings: Settings, *, user: User, at: str) -> Proposal:
    """Check and store a proposal. ``at``: ISO 8601 with a time zone. Raises ``ProposalError``,
    ``LexiconError`` where the rules could not be read or would contradict themselves with it,
    ``StoreError``."""
    check_proposal(new)
    with_changes(read_overlay_text(settings), new.changes, settings)
    return store.proposals.add(replace(new, note=new.note.strip()), actor=user.name, at=at)


def refuse_known(change: WordingChange, lexicon: Lexicon) -> None:
    """Raises ``ProposalError`` for a rule that takes no such wording, and for one that it has."""
    rule = next((rule for rule in lexicon.rules if rule.id == change.rule), None)
    if rule is None:
        raise ProposalError(f"词库里没有规则 {change.rule}")
    if change.part in ("phrases", "exceptions") and not takes_words(rule):
        raise ProposalError(f"规则“{rule.name}”由条件或职责组成，不能加{PARTS[change.part]}")
    known = {
        "phrases": tuple(phrase.say for phrase in rule.phrases),
        "exceptions": rule.exceptions,
        "positive": rule.positive,
        "negative": rule.negative,
    }
    if change.wording in known[change.part]:
        raise ProposalError(f"规则“{rule.name}”已有{PARTS[change.part]}“{change.wording}”")
    if change.part == "exceptions" and rule.phrases and not rule.meaning:
        says = [phrase.say for phrase in rule.phrases]
        bare = change.wording.replace("您", "你")
        spelt = any(say.replace("您", "你") in bare for say in says)
        if not spelt and not _sounds_as_one(bare, says) and "(" not in bare:
            raise ProposalError(
                f"“{change.wording}”里没有规则“{rule.name}”的触发短语，作为例外不起作用；请写出含有触发短语的完整说法"
            )


def _sounds_as_one(wording: str, says: Sequence[str]) -> bool:
    """Whether a wording has the syllables of one of the phrases in it: 先不要连 those of 不要脸."""
    whole, *each = (f" {' '.join(read)} " for read in toneless_all((wording, *says)))
    return any(one in whole for one in each)


def accept_proposal(
    store: Store,
    number: int,
    settings: Settings,
    *,
    user: User,
    word: str,
    at: str,
    seen: SeenRules,
) -> Proposal:
    """Write an open proposal into the overlay file. It needs a trial by the rules that are in force.

    The file is written last, inside the transaction: where it cannot be, nothing is kept. Raises
    ``ProposalError``, ``LexiconError``, ``StoreError``."""
    proposal = _find(store, number)
    check_proposal_decision(proposal, user=user, word=word, admins=count_admins(store))
    note = f"{at[:10]} {proposal.proposed_by} 提出，{user.name} 采纳（建议 {number}）"
    effect = store.proposals.effect_of(number)
    if effect is None or effect.state not in ("done", "cut") or effect.basis != seen.mark:
        raise ProposalError("还没有按现在的规则试算过，请先试算，看过影响再采纳")
    before = _as_seen(settings, seen.overlay_sha256)
    text, _ = with_changes(before, proposal.changes, settings, note=note)
    with store.batch():
        settled = store.proposals.settle(
            number, "accepted", word=word.strip(), actor=user.name, at=at
        )
        _write(store, settled, before, text, actor=user.name, at=at)
    return settled


def undo_proposal(
    store: Store,
    number: int,
    settings: Settings,
    *,
    user: User,
    why: str,
    at: str,
    expected: str,
) -> Proposal:
    """Take what an accepted proposal added out of the overlay file again. Raises as
    ``accept_proposal``, also where it is not in the file any more."""
    proposal = _find(store, number)
    check_proposal_undoing(proposal, why=why)
    changes = tuple(change.undone_by for change in reversed(proposal.changes))
    before = _as_seen(settings, expected)
    text, _ = with_changes(
        before, changes, settings, note=f"{at[:10]} {user.name} 撤销建议 {number}"
    )
    with store.batch():
        undone = store.proposals.undo(number, why=why.strip(), actor=user.name, at=at)
        _write(store, undone, before, text, actor=user.name, at=at)
    return undone


def _as_seen(settings: Settings, expected: str) -> OverlayText:
    """The overlay file. Raises ``ProposalError`` where it is not the one that somebody saw, with the
    SHA-256 ``expected``; ``LexiconError``."""
    before = read_overlay_text(settings)
    if before.sha256 != expected:
        raise ProposalError(
            f"{before.file} 在您打开这一页之后被人改过，没有写入；请刷新页面，重新试算后再处理"
        )
    return before


def _write(
    store: Store, proposal: Proposal, before: OverlayText, text: str, *, actor: str, at: str
) -> None:
    """Keep the new text and write it to the file, last of all. Raises ``ProposalError``,
    ``StoreError``."""
    version = OverlayVersion(
        0, at, actor, proposal.id, str(before.file), before.sha256, digest_of_text(text), text
    )
    store.proposals.keep_overlay(version)
    write_overlay(before, text)


def refuse_proposal(store: Store, number: int, *, user: User, word: str, at: str) -> Proposal:
    """Raises ``ProposalError``, ``StoreError``."""
    proposal = _find(store, number)
    check_proposal_decision(proposal, user=user, word=word, admins=count_admins(store))
    return store.proposals.settle(number, "refused", word=word.strip(), actor=user.name, at=at)


def withdraw_proposal(store: Store, number: int, *, user: User, at: str) -> Proposal:
    """Raises ``ProposalError``, ``StoreError``."""
    check_proposal_withdrawal(_find(store, number), user=user)
    return store.proposals.settle(number, "withdrawn", word="", actor=user.name, at=at)


def count_admins(store: Store) -> int:
    """The active accounts that may decide on proposals. Raises ``StoreError``."""
    return sum(one.active and one.role == "admin" for one in store.users.all())


def _find(store: Store, number: int) -> Proposal:
    proposal = store.proposals.get(number)
    if proposal is None:
        raise ProposalError(f"没有建议 {number}")
    return proposal
