"""Who is the agent after a transfer that metadata tell of."""

from __future__ import annotations

import pytest

from pipeline.telephony.siprec_metadata import Metadata, read_metadata
from pipeline.telephony.siprec_roles import Assigned, Roles, assign

BY_NUMBER = Roles(agents=r"sip:(8\d{3})@.*")
SESSION = '<participantsessionassoc participant_id="{}" session_id="S">{}</participantsessionassoc>'
STREAM = '<participantstreamassoc participant_id="{}"><send>s2</send>{}</participantstreamassoc>'
LEFT = "<disassociate-time>2026-11-29T10:05:00Z</disassociate-time>"
CAME = "<associate-time>2026-11-29T10:05:00Z</associate-time>"


def metadata(mode: str, *parts: str) -> Metadata:
    return read_metadata(
        f'<recording xmlns="urn:ietf:params:xml:ns:recording:1"><datamode>{mode}</datamode>'
        f"{''.join(parts)}</recording>".encode()
    )


def person(number: str, user: str) -> str:
    return f'<participant participant_id="{number}"><nameID aor="sip:{user}@x"/></participant>'


BEGUN = metadata(
    "complete", person("p1", "13800000000"), person("p2", "8012"),
    '<stream stream_id="s1"><label>1</label></stream><stream stream_id="s2"><label>2</label></stream>',
    '<participantstreamassoc participant_id="p1"><send>s1</send></participantstreamassoc>',
    SESSION.format("p2", CAME), STREAM.format("p2", CAME),
)  # fmt: skip
NEXT = (person("p3", "8013"), SESSION.format("p3", CAME), STREAM.format("p3", CAME))


def agent(told: Metadata, roles: Roles = BY_NUMBER) -> Assigned:
    found = assign(["1", "2"], told, roles)
    assert found.sides == ("customer", "agent")
    assert found.people.customer_id == "13800000000"
    return found


@pytest.mark.parametrize("roles", [BY_NUMBER, Roles(agent_is="second")])
@pytest.mark.parametrize("left", [SESSION.format("p2", LEFT), STREAM.format("p2", LEFT)])
def test_an_agent_who_has_left_is_followed_by_the_next(roles: Roles, left: str) -> None:
    assert agent(BEGUN, roles).people.agent_id == "8012"
    moved = BEGUN.updated(metadata("partial", left, *NEXT))
    assert agent(moved, roles).people.agent_id == "8013"
    back = moved.updated(
        metadata("partial", SESSION.format("p3", LEFT), SESSION.format("p2", CAME))
    )
    assert agent(back, roles).people.agent_id == "8012"


def test_the_first_agent_stays_where_nobody_says_that_he_left() -> None:
    assert agent(BEGUN.updated(metadata("partial", *NEXT))).people.agent_id == "8012"


def test_an_agent_on_hold_is_the_agent_still() -> None:
    held = BEGUN.updated(metadata("partial", STREAM.format("p2", LEFT)))
    assert agent(held).people.agent_id == "8012"
