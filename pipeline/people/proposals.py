"""Proposals (规则建议): what somebody wants changed in a rule or a scoring sheet, and what became of
it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import ProposalError
from pipeline.types import RuleChange, SheetPoints

if TYPE_CHECKING:
    from pipeline.people.users import User

ProposalState: TypeAlias = Literal["open", "accepted", "refused", "withdrawn", "undone"]

PROPOSAL_STATES: dict[ProposalState, str] = {
    "open": "待处理", "accepted": "已采纳", "refused": "未采纳", "withdrawn": "已撤回", "undone": "已撤销",
}  # fmt: skip

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What is proposed. All ``changes`` are of one rule or of one sheet. ``sentence``: masked, what
    was said where it comes from; ``result_id``: of that call."""

    changes: tuple[RuleChange, ...]
    note: str
    sentence: str = ""
    result_id: int | None = None

    @property
    def subject(self) -> str:
        """Such as ``rule forbidden.shirk`` or ``sheet default``."""
        first = self.changes[0]
        return f"sheet {first.sheet}" if isinstance(first, SheetPoints) else f"rule {first.rule}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A kept proposal. Times are UTC, ISO 8601. ``word``: of whoever accepted or refused it."""

    id: int
    subject: str
    changes: tuple[RuleChange, ...]
    note: str
    sentence: str
    result_id: int | None
    proposed_by: str
    proposed_at: str
    state: ProposalState = "open"
    decided_by: str | None = None
    decided_at: str | None = None
    word: str = ""
    undone_by: str | None = None
    undone_at: str | None = None
    undone_why: str = ""

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_of_sheet(self) -> bool:
        return self.subject.startswith("sheet ")

    @property
    def name(self) -> str:
        """Id of the rule or sheet that it is about."""
        return self.subject.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class CallEffect:
    """A stored call whose points or findings a proposal changes. ``more``, ``fewer``: findings of
    the rule that come and go. ``reasons``: in Chinese."""

    result_id: int
    call: str
    agent_id: str | None
    old_attitude: float | None
    new_attitude: float | None
    old_total: float | None
    new_total: float | None
    more: int = 0
    fewer: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalEffect:
    """A trial of a proposal on stored calls, the newest first. ``state``: ``running``, ``done``,
    ``cut`` (out of time: ``tried`` calls of ``calls`` only) or ``failed`` (``fault`` says why).
    ``basis``: the versions of rules and sheets that it is compared with; ``seen_at``: its last sign
    of life, UTC. ``changed``: of all changed calls; ``shown``: the greatest changes. ``sentence``:
    in Chinese what the rule says of the proposal's own sentence, before and after. ``means``: the
    mean attitude and total before, then after."""

    state: str
    basis: str
    begun_at: str
    seen_at: str
    calls: int = 0
    tried: int = 0
    changed: int = 0
    lower: int = 0
    higher: int = 0
    more: int = 0
    fewer: int = 0
    means: tuple[float | None, ...] = ()
    shown: tuple[CallEffect, ...] = ()
    fault: str = ""
    sentence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OverlayVersion:
    """A text of the overlay file that a page wrote. ``before_sha256``: of the file that it was made
    of, empty where there was none."""

    id: int
    at: str
    actor: str
    proposal_id: int | None
    file: str
    before_sha256: str
    sha256: str
    text: str


def check_proposal(new: NewProposal) -> None:
    """Raises ``ProposalError`` for a proposal without a change or without a reason."""
    if not new.changes:
        raise ProposalError("没有任何改动，请先填写要改的内容")
    if not new.note.strip():
        raise ProposalError("请写明理由")
    if len(new.note) > LONGEST_NOTE:
        raise ProposalError(f"理由太长，最多 {LONGEST_NOTE} 字")


def check_proposal_decision(proposal: Proposal, *, user: User, word: str, admins: int) -> None:
    """Whether a user may accept or refuse a proposal. ``admins``: active accounts that may decide.
    Nobody decides on the own one, but for the only one who can. Raises ``ProposalError``."""
    if not proposal.is_open:
        raise ProposalError(f"这条建议{PROPOSAL_STATES[proposal.state]}，不能再处理")
    if proposal.proposed_by == user.name and admins > 1:
        raise ProposalError("不能处理自己提出的建议，请另一位管理员处理")
    if not word.strip():
        raise ProposalError("请写一句处理意见")


def check_proposal_withdrawal(proposal: Proposal, *, user: User) -> None:
    """Whoever proposed it may withdraw it while it is open. Raises ``ProposalError``."""
    if not proposal.is_open:
        raise ProposalError(f"这条建议{PROPOSAL_STATES[proposal.state]}，不能撤回")
    if proposal.proposed_by != user.name:
        raise ProposalError("只有提出人能撤回自己的建议")


def check_proposal_undoing(proposal: Proposal, *, why: str) -> None:
    """Raises ``ProposalError`` for what was not accepted, or is undone without a reason."""
    if proposal.state != "accepted":
        raise ProposalError("只有已采纳的建议能撤销")
    if not why.strip():
        raise ProposalError("请写明撤销的理由")
