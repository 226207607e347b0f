"""Permissions of users: the one place of authorisation.

``RIGHTS`` names the permission of every route; the app does not start where a route has none.
``may_see`` limits the calls of a user: a call outside the limit does not exist for them (404)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pipeline.people import ActionKind, ReviewAction, TokenScope, User, UserRole
from pipeline.types import CallRecord


class Permission(StrEnum):
    """The permission that a route needs. ``OPEN``: nothing, not even a log-in; ``ENTER``: any
    account."""

    OPEN = "open"
    ENTER = "enter"
    READ_CALL = "read a visible call"
    READ_ALL = "read all calls"
    LISTEN = "listen to a visible call"
    REVIEW = "decide on findings, correct, comment"
    OVERRIDE = "set an item's points"
    ASSIGN = "assign calls"
    UNMASK = "see personal data, with a reason"
    APPEAL = "appeal own calls"
    READ_APPEALS = "read visible appeals"
    DECIDE_APPEAL = "decide appeals"
    READ_PROMISES = "read visible promises"
    READ_COACHING = "read visible coaching records"
    COACH = "record and withdraw coaching"
    ANSWER_COACHING = "answer own coaching records"
    READ_RULES = "read the figures of rules"
    CHANGE_RULES = "route a rule's findings to human review"
    PROPOSE_RULES = "propose changes of rules and sheets"
    DECIDE_RULES = "accept, refuse and undo such changes"
    CALIBRATE = "judge calls blind"
    RUN_CALIBRATION = "begin and close calibrations"
    READ_CALIBRATION = "read calibrations"
    RECORD_EVENT = "record events of the month"
    WATCH = "watch conversations in progress"
    NOTE_DESK = "send a note to an agent's desk"
    FEED = "hand over messages of conversations in progress"
    READ_LEDGER = "read the ledger"
    MANAGE_USERS = "make and change accounts"


P = Permission

_AGENT = frozenset(
    {
        P.ENTER,
        P.READ_CALL,
        P.LISTEN,
        P.APPEAL,
        P.READ_APPEALS,
        P.READ_PROMISES,
        P.READ_COACHING,
        P.ANSWER_COACHING,
    }
)
_QA = frozenset(
    {
        P.ENTER,
        P.READ_CALL,
        P.READ_ALL,
        P.LISTEN,
        P.REVIEW,
        P.READ_APPEALS,
        P.READ_PROMISES,
        P.READ_COACHING,
        P.READ_RULES,
        P.CALIBRATE,
        P.READ_CALIBRATION,
        P.WATCH,
    }
)
_SUPERVISOR = _QA | {
    P.OVERRIDE, P.ASSIGN, P.UNMASK, P.DECIDE_APPEAL, P.COACH, P.CHANGE_RULES, P.RUN_CALIBRATION, P.READ_LEDGER,
    P.RECORD_EVENT, P.PROPOSE_RULES, P.NOTE_DESK,
}  # fmt: skip
_AUDITOR = frozenset(
    {
        P.ENTER,
        P.READ_CALL,
        P.READ_ALL,
        P.LISTEN,
        P.READ_APPEALS,
        P.READ_PROMISES,
        P.READ_COACHING,
        P.READ_RULES,
        P.READ_CALIBRATION,
        P.READ_LEDGER,
        P.WATCH,
    }
)

ROLE_PERMISSIONS: Mapping[UserRole, frozenset[Permission]] = {
    "agent": _AGENT,
    "qa": _QA,
    "supervisor": _SUPERVISOR,
    "admin": _AUDITOR | {P.MANAGE_USERS, P.CHANGE_RULES, P.PROPOSE_RULES, P.DECIDE_RULES},
    "auditor": _AUDITOR,
}
"""An administrator manages accounts and judges nobody; an auditor changes nothing."""

SCOPES: Mapping[TokenScope, frozenset[Permission]] = {"feed": frozenset({P.FEED})}
"""What tokens of a scope may, whatever the role of their account. No role has these permissions."""

ACTION_PERMISSIONS: Mapping[ActionKind, Permission] = {
    "decide": P.REVIEW,
    "add": P.REVIEW,
    "role": P.REVIEW,
    "text": P.REVIEW,
    "tone": P.REVIEW,
    "comment": P.REVIEW,
    "mark": P.REVIEW,
    "settle": P.REVIEW,
    "override": P.OVERRIDE,
    "assign": P.ASSIGN,
}
"""The permission that each review action needs, on the pages and in the API."""

RIGHTS: Mapping[tuple[str, str], Permission] = {
    ("GET", "/"): P.ENTER,
    ("GET", "/healthz"): P.OPEN,
    ("GET", "/login"): P.OPEN,
    ("POST", "/login"): P.OPEN,
    ("POST", "/login/code"): P.OPEN,
    ("GET", "/login/oidc"): P.OPEN,
    ("GET", "/login/oidc/callback"): P.OPEN,
    ("POST", "/logout"): P.ENTER,
    ("GET", "/account"): P.ENTER,
    ("POST", "/account/password"): P.ENTER,
    ("POST", "/account/sessions/end"): P.ENTER,
    ("POST", "/account/second-factor"): P.ENTER,
    ("POST", "/account/second-factor/confirm"): P.ENTER,
    ("POST", "/account/second-factor/remove"): P.ENTER,
    ("POST", "/account/tokens"): P.ENTER,
    ("POST", "/account/tokens/{token_id}/revoke"): P.ENTER,
    ("GET", "/queue"): P.READ_ALL,
    ("GET", "/calls/{result_id}"): P.READ_CALL,
    ("GET", "/calls/{result_id}/next"): P.READ_ALL,
    ("GET", "/calls/{result_id}/audio"): P.LISTEN,
    ("GET", "/calls/{result_id}/wave"): P.LISTEN,
    **{
        ("POST", f"/calls/{{result_id}}/{kind}"): needed
        for kind, needed in ACTION_PERMISSIONS.items()
    },
    ("POST", "/calls/{result_id}/assign"): P.REVIEW,  # their own; see actions.perform
    ("POST", "/calls/{result_id}/take"): P.REVIEW,
    ("POST", "/calls/{result_id}/claim"): P.REVIEW,
    ("POST", "/calls/{result_id}/release"): P.REVIEW,
    ("POST", "/queue/bulk"): P.REVIEW,
    ("GET", "/queue/export"): P.READ_ALL,
    ("GET", "/ledger/export"): P.READ_LEDGER,
    ("POST", "/calls/{result_id}/undo/{act_id}"): P.REVIEW,
    ("POST", "/calls/{result_id}/unmask"): P.UNMASK,
    ("POST", "/calls/{result_id}/appeal"): P.APPEAL,
    ("GET", "/appeals"): P.READ_APPEALS,
    ("GET", "/promises/export"): P.READ_PROMISES,
    ("GET", "/events/export"): P.READ_ALL,
    ("GET", "/coaching/export"): P.READ_COACHING,
    ("GET", "/appeals/export"): P.READ_APPEALS,
    ("GET", "/agents/export"): P.READ_ALL,
    ("GET", "/appeals/{appeal_id}"): P.READ_APPEALS,
    ("POST", "/appeals/{appeal_id}/again"): P.APPEAL,
    ("POST", "/appeals/{appeal_id}/withdraw"): P.APPEAL,
    ("POST", "/appeals/{appeal_id}/decide"): P.DECIDE_APPEAL,
    ("GET", "/coaching"): P.READ_COACHING,
    ("POST", "/coaching"): P.COACH,
    ("POST", "/coaching/{coaching_id}/answer"): P.ANSWER_COACHING,
    ("POST", "/coaching/{coaching_id}/withdraw"): P.COACH,
    ("GET", "/agents"): P.READ_ALL,
    ("GET", "/agents/{agent_id}"): P.READ_CALL,
    ("GET", "/dashboard"): P.READ_ALL,
    ("GET", "/promises"): P.READ_PROMISES,
    ("POST", "/promises/{promise_id}"): P.REVIEW,
    ("GET", "/rules"): P.READ_RULES,
    ("GET", "/rules/export"): P.READ_RULES,
    ("GET", "/rules/{rule_id}"): P.READ_RULES,
    ("POST", "/rules/{rule_id}/review-only"): P.CHANGE_RULES,
    ("POST", "/rules/try"): P.READ_RULES,
    ("POST", "/rules/{rule_id}/propose"): P.PROPOSE_RULES,
    ("POST", "/calls/{result_id}/propose"): P.PROPOSE_RULES,
    ("GET", "/sheets"): P.READ_RULES,
    ("GET", "/sheets/{sheet_id}"): P.READ_RULES,
    ("POST", "/sheets/{sheet_id}/propose"): P.PROPOSE_RULES,
    ("GET", "/proposals"): P.READ_RULES,
    ("GET", "/proposals/{proposal_id}"): P.READ_RULES,
    ("POST", "/proposals/{proposal_id}/try"): P.PROPOSE_RULES,
    ("POST", "/proposals/{proposal_id}/withdraw"): P.PROPOSE_RULES,
    ("POST", "/proposals/{proposal_id}/accept"): P.DECIDE_RULES,
    ("POST", "/proposals/{proposal_id}/refuse"): P.DECIDE_RULES,
    ("POST", "/proposals/{proposal_id}/undo"): P.DECIDE_RULES,
    ("GET", "/regulations"): P.ENTER,
    ("GET", "/help"): P.ENTER,
    ("GET", "/calibrations"): P.READ_CALIBRATION,
    ("POST", "/calibrations"): P.RUN_CALIBRATION,
    ("GET", "/calibrations/{calibration_id}"): P.READ_CALIBRATION,
    ("POST", "/calibrations/{calibration_id}/close"): P.RUN_CALIBRATION,
    ("GET", "/calibrations/{calibration_id}/calls/{result_id}"): P.CALIBRATE,
    ("POST", "/calibrations/{calibration_id}/calls/{result_id}"): P.CALIBRATE,
    ("GET", "/events"): P.READ_ALL,
    ("POST", "/events"): P.RECORD_EVENT,
    ("POST", "/events/suggested"): P.RECORD_EVENT,
    ("POST", "/events/{event_id}/withdraw"): P.RECORD_EVENT,
    ("GET", "/ledger"): P.READ_LEDGER,
    ("GET", "/users"): P.MANAGE_USERS,
    ("GET", "/users/export"): P.MANAGE_USERS,
    ("POST", "/users"): P.MANAGE_USERS,
    ("POST", "/users/import"): P.MANAGE_USERS,
    ("POST", "/users/{name}"): P.MANAGE_USERS,
    ("GET", "/live"): P.WATCH,
    ("GET", "/live/changes"): P.WATCH,
    ("GET", "/live/{talk_id}"): P.WATCH,
    ("GET", "/live/{talk_id}/sound"): P.WATCH,
    ("POST", "/live/{talk_id}/note"): P.NOTE_DESK,
    ("POST", "/api/v1/conversations/{conversation}/messages"): P.FEED,
    ("POST", "/api/v1/calls/{stream}"): P.FEED,
    ("POST", "/users/{name}/second-factor"): P.MANAGE_USERS,
    ("GET", "/api/v1/openapi.json"): P.ENTER,
    ("GET", "/api/v1/calls"): P.READ_ALL,
    ("GET", "/api/v1/calls/{result_id}"): P.READ_CALL,
    ("POST", "/api/v1/calls/{result_id}/acts"): P.REVIEW,
    ("POST", "/api/v1/acts/{act_id}/undo"): P.REVIEW,
    ("POST", "/api/v1/calls/{result_id}/appeals"): P.APPEAL,
    ("GET", "/api/v1/appeals"): P.READ_APPEALS,
    ("GET", "/api/v1/appeals/{appeal_id}"): P.READ_APPEALS,
    ("POST", "/api/v1/appeals/{appeal_id}/decision"): P.DECIDE_APPEAL,
    ("GET", "/api/v1/coaching"): P.READ_COACHING,
    ("POST", "/api/v1/coaching"): P.COACH,
    ("POST", "/api/v1/coaching/{coaching_id}/answer"): P.ANSWER_COACHING,
    ("POST", "/api/v1/coaching/{coaching_id}/withdraw"): P.COACH,
    ("GET", "/api/v1/agents"): P.READ_ALL,
    ("GET", "/api/v1/agents/{agent_id}"): P.READ_CALL,
    ("GET", "/api/v1/agents/{agent_id}/results"): P.READ_CALL,
    ("GET", "/api/v1/results"): P.READ_ALL,
    ("GET", "/api/v1/rules"): P.READ_RULES,
    ("GET", "/api/v1/ledger"): P.READ_LEDGER,
}


def may(user: User, permission: Permission, *, scope: TokenScope = "") -> bool:
    """Whether a user's role has a permission, or where a token has a ``scope``, this; an account
    that was closed has none."""
    allowed = SCOPES[scope] if scope else ROLE_PERMISSIONS[user.role]
    return permission is P.OPEN or (user.active and permission in allowed)


def may_see(user: User, call: CallRecord) -> bool:
    """Whether a call exists for a user: agents have their own calls only."""
    return may_see_agent(user, call.agent_id)


def may_see_agent(user: User, agent_id: str | None) -> bool:
    """Whether the figures and calls of an agent exist for a user."""
    if may(user, P.READ_ALL):
        return True
    return user.active and user.agent_id is not None and user.agent_id == agent_id


def may_undo(user: User, action: ReviewAction) -> bool:
    """Whether a user may undo a review action: the own, a supervisor everybody's. The decision of
    an appeal is another matter."""
    return may(user, P.REVIEW) and (action.actor == user.name or may(user, P.OVERRIDE))
