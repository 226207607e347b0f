"""The programming interface: by token only, within the rights of the token's user, as it is
described."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from pipeline.people.appeals import days_after
from pipeline.people.users import UserRole, digest_of_secret
from pipeline.report.jsonl import load_schema
from pipeline.review.access import RIGHTS, ROLE_PERMISSIONS
from pipeline.review.sessions import COOKIE
from tests.builders import a_finding
from tests.review.conftest import AT, FOREIGN, OWN, Pages, app_of

ROLES: tuple[UserRole, ...] = ("agent", "qa", "supervisor", "admin", "auditor")
FINDING = {
    "rule": "forbidden.shirk", "kind": "forbidden", "role": "agent", "start_s": 4.0, "end_s": 6.0, "phrase": "不归我管",
}  # fmt: skip
SHA256 = "1" * 64


def asks(pages: Pages, role: UserRole | None) -> TestClient:
    """A program with a token of a user."""
    client = TestClient(
        app_of(pages.site), base_url="http://127.0.0.1", raise_server_exceptions=False
    )
    if role:
        secret = f"callqa_token-of-{role}"
        if pages.site.store.tokens.find(digest_of_secret(secret), now=AT) is None:
            pages.site.store.tokens.add(
                f"{role}1",
                digest=digest_of_secret(secret),
                label="test",
                expires_at=days_after(AT, 30),
                actor="test",
                at=AT,
            )
        client.headers["Authorization"] = f"Bearer {secret}"
    return client


def test_only_a_token_lets_in(pages: Pages) -> None:
    with_cookie = asks(pages, None)
    with_cookie.cookies.set(COOKIE, "secret-of-supervisor")
    wrong = asks(pages, None)
    wrong.headers["Authorization"] = "Bearer callqa_nonsense"

    for client in (with_cookie, wrong):
        answer = client.get("/api/v1/calls")
        assert (answer.status_code, answer.json()) == (401, {"detail": "请先登录。"})
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert asks(pages, "qa").get("/api/v1/calls").status_code == 200
    page = asks(pages, "qa").get("/queue", follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/login?then=/queue")


def test_a_token_that_is_old_or_whose_user_is_disabled_lets_nobody_in(pages: Pages) -> None:
    old, disabled = asks(pages, "qa"), asks(pages, "auditor")
    pages.site.store.users.change("auditor1", active=False, actor="test", at=AT)
    assert disabled.get("/api/v1/calls").status_code == 401
    pages.clock.now += 31 * 86400
    assert old.get("/api/v1/calls").status_code == 401


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_it_may_on_the_pages(pages: Pages, role: UserRole) -> None:
    client = asks(pages, role)
    for (method, path), permission in RIGHTS.items():
        if path.startswith("/api/"):
            target = path.format(
                result_id=999,
                act_id=999,
                appeal_id=999,
                agent_id="999",
                coaching_id=999,
                conversation="c",
                stream="40325ec2-5efd-4bd3-805f-53576e581d13",
            )
            status = client.request(method, target, json={}).status_code
            assert (status == 403) == (permission not in ROLE_PERMISSIONS[role]), (
                method,
                path,
                status,
            )
            assert status < 500, (method, path, status)


def test_an_agent_has_own_calls_and_appeals_only(pages: Pages) -> None:
    client = asks(pages, "agent")
    theirs = pages.site.store.appeals.file(
        FOREIGN, finding=None, agent_id="8002", filed_by="lina", reason="不对", at=AT, due_at=AT
    )

    assert client.get(f"/api/v1/calls/{OWN}").json()["result"]["call"]["agent_id"] == "8001"
    for path in (f"/api/v1/calls/{FOREIGN}", f"/api/v1/appeals/{theirs.id}", "/api/v1/agents/8002"):
        foreign, none = client.get(path), client.get("/api/v1/calls/999999")
        assert (foreign.status_code, foreign.json()) == (404, none.json())
    assert client.get("/api/v1/appeals").json() == {"appeals": [], "next": None}
    assert (
        client.post(f"/api/v1/calls/{FOREIGN}/appeals", json={"reason": "不对"}).status_code == 404
    )


def test_a_call_is_in_the_published_format_and_masked(pages: Pages) -> None:
    for role in ROLES:
        call = asks(pages, role).get(f"/api/v1/calls/{OWN}").json()
        jsonschema.validate(call["result"], load_schema())
        assert call["machine"] is None
        assert "13800138001" not in str(call)


def test_pages_follow_each_other_without_gaps(pages: Pages) -> None:
    client = asks(pages, "qa")
    seen: list[int] = []
    after = None
    for _ in range(5):
        page = client.get(
            "/api/v1/calls",
            params={"view": "all", "limit": 1, **({"after": after} if after else {})},
        )
        seen += [call["result_id"] for call in page.json()["calls"]]
        after = page.json()["next"]
        if after is None:
            break

    assert (sorted(seen), after) == ([OWN, FOREIGN], None)
    assert client.get("/api/v1/calls", params={"after": "nonsense"}).status_code == 422
    misspelt = client.get("/api/v1/calls", params={"agnet": "8012"})
    assert misspelt.status_code == 422
    assert misspelt.json()["detail"][0]["where"] == "query.agnet"
    first = client.get("/api/v1/ledger", params={"limit": 2})
    assert first.status_code == 403
    ledger = asks(pages, "auditor")
    first = ledger.get("/api/v1/ledger", params={"limit": 2}).json()
    second = ledger.get("/api/v1/ledger", params={"limit": 2, "after": first["next"]}).json()
    whole = ledger.get("/api/v1/ledger", params={"limit": 4}).json()
    assert whole["entries"] == first["entries"] + second["entries"]
    assert len(whole["entries"]) == 4


@pytest.mark.long
def test_what_a_program_decides_counts_and_can_be_taken_back(pages: Pages) -> None:
    client = asks(pages, "qa")
    decided = client.post(
        f"/api/v1/calls/{OWN}/acts",
        json={"acts": [{"kind": "decide", "finding": FINDING, "decision": "refused"}]},
    )

    assert decided.status_code == 200
    assert decided.json()["result_id"] != OWN
    call = client.get(f"/api/v1/calls/{OWN}").json()
    assert (call["result"]["findings"], len(call["machine"]["findings"])) == ([], 1)
    (act,) = call["acts"]
    assert (act["kind"], act["actor"], act["value"]["decision"]) == ("decide", "qa1", "refused")

    assert client.post(f"/api/v1/acts/{act['id']}/undo").json()["result_id"] == OWN
    assert client.get(f"/api/v1/calls/{OWN}").json()["acts"][0]["undone_by"] == "qa1"


@pytest.mark.parametrize(
    ("act", "status"),
    [
        ({"kind": "override", "item": "x", "points": 1, "reason": "好"}, 403),
        ({"kind": "role", "channel": 0, "start_s": 99, "end_s": 100, "role": "agent"}, 400),
        ({"kind": "comment", "text": "好", "more": 1}, 422),
        ({"kind": "assign", "to": "supervisor1"}, 403),
        ({"kind": "tone", "role": "unknown", "start_s": 1, "end_s": 2, "grade": "calm"}, 422),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    pages: Pages, act: dict[str, Any], status: int
) -> None:
    client = asks(pages, "qa")
    sent = {"acts": [{"kind": "comment", "text": "先说一句"}, act]}

    assert client.post(f"/api/v1/calls/{OWN}/acts", json=sent).status_code == status
    assert pages.site.store.actions.of(SHA256) == ()


def test_what_is_masked_cannot_be_written_back(pages: Pages) -> None:
    act = {"kind": "text", "channel": 0, "start_s": 4.0, "end_s": 5.25, "text": "电话139****5678"}
    answer = asks(pages, "supervisor").post(f"/api/v1/calls/{OWN}/acts", json={"acts": [act]})

    assert (answer.status_code, "遮盖" in answer.json()["detail"]) == (400, True)


def test_a_reviewer_takes_back_own_acts_only(pages: Pages) -> None:
    sent = {
        "acts": [{"kind": "tone", "role": "agent", "start_s": 4.0, "end_s": 6.0, "grade": "raised"}]
    }
    assert asks(pages, "supervisor").post(f"/api/v1/calls/{OWN}/acts", json=sent).status_code == 200
    (act,) = pages.site.store.actions.of(SHA256)
    assert [label.grade for label in pages.site.store.tone.labels()] == ["raised"]

    assert asks(pages, "qa").post(f"/api/v1/acts/{act.id}/undo").status_code == 403
    assert asks(pages, "supervisor").post(f"/api/v1/acts/{act.id}/undo").status_code == 200


def test_half_a_character_is_refused(pages: Pages) -> None:
    body = b'{"acts": [{"kind": "comment", "text": "\\ud800"}]}'
    sent = asks(pages, "qa").post(
        f"/api/v1/calls/{OWN}/acts", content=body, headers={"Content-Type": "application/json"}
    )

    assert sent.status_code == 422
    assert pages.site.store.actions.of(SHA256) == ()


def test_an_appeal_goes_its_way(pages: Pages) -> None:
    agent, lead = asks(pages, "agent"), asks(pages, "supervisor")
    filed = agent.post(
        f"/api/v1/calls/{OWN}/appeals",
        json={"reason": "客户 13912345678 先说的", "finding": FINDING},
    )
    assert filed.status_code == 201
    number = filed.json()["id"]
    assert "13912345678" not in filed.text
    assert [one["id"] for one in lead.get("/api/v1/appeals?state=open").json()["appeals"]] == [
        number
    ]

    decision = {"outcome": "upheld", "answer": "成立"}
    assert agent.post(f"/api/v1/appeals/{number}/decision", json=decision).status_code == 403
    assert (
        lead.post(f"/api/v1/appeals/{number}/decision", json=decision).json()["outcome"] == "upheld"
    )

    assert lead.post(f"/api/v1/appeals/{number}/decision", json=decision).status_code == 400
    assert agent.get(f"/api/v1/calls/{OWN}").json()["result"]["findings"] == []
    (act,) = pages.site.store.actions.of(SHA256)
    assert lead.post(f"/api/v1/acts/{act.id}/undo").status_code == 400


def test_agents_and_rules_have_figures(pages: Pages) -> None:
    client = asks(pages, "qa")
    agents = client.get("/api/v1/agents?month=2026-11").json()
    assert [(one["agent_id"], one["calls"], one["attitude"]) for one in agents["agents"]] == [
        ("8001", 1, 80.0), ("8002", 1, 80.0),
    ]  # fmt: skip
    assert client.get("/api/v1/agents/8001?month=2026-11").json()["items"][0]["mean_points"] == 80.0
    assert client.get("/api/v1/agents/8001?month=2026-10").status_code == 404
    rules = client.get("/api/v1/rules?limit=200").json()["rules"]
    assert {one["id"] for one in rules} == set(pages.site.rules)
    assert next(one["hits"] for one in rules if one["id"] == a_finding().rule) == 2


def test_the_description_has_the_interface_and_nothing_else(pages: Pages) -> None:
    described = asks(pages, "agent").get("/api/v1/openapi.json").json()
    expected = {
        (m, p) for m, p in RIGHTS if p.startswith("/api/v1/") and not p.endswith("openapi.json")
    }
    found = {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }

    assert found == expected
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"HTTPBearer": []}], (method, path)
            assert {"401", "403", "404", "422"} <= operation["responses"].keys(), (method, path)
    assert asks(pages, None).get("/api/v1/openapi.json").status_code == 401


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ["supervisor", "agent"])
def test_nothing_that_is_sent_breaks_it_and_all_answers_are_as_described(
    pages: Pages, role: UserRole
) -> None:
    import schemathesis  # noqa: PLC0415 - takes a second

    headers = {"Authorization": asks(pages, role).headers["Authorization"]}
    for finding in (FINDING, None):  # so that there is something to decide on
        asks(pages, "agent").post(
            f"/api/v1/calls/{OWN}/appeals", json={"reason": "不对", "finding": finding}
        )
    schema = schemathesis.openapi.from_asgi(
        "/api/v1/openapi.json", app_of(pages.site), headers=headers
    )
    operations = [found.ok() for found in schema.get_all_operations()]
    statuses: set[int] = set()
    assert pages.site.corrector  # its loading is nobody's fault
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            send_many(operation, mode, headers, statuses)

    assert len(operations) == 20
    assert {200, 404, 422} <= statuses


def send_many(operation: Any, mode: Any, headers: dict[str, str], statuses: set[int]) -> None:
    """Twenty requests to an operation that fit its description, or do not; half of them name what
    there is."""
    from hypothesis import HealthCheck, given, settings  # noqa: PLC0415
    from hypothesis import strategies as st  # noqa: PLC0415
    from schemathesis.checks import not_a_server_error  # noqa: PLC0415
    from schemathesis.specs.openapi import checks  # noqa: PLC0415

    held = [
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_schema_conformance, checks.response_headers_conformance,
    ]  # fmt: skip

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def send(case: Any, known: bool) -> None:
        if known and mode.value == "positive":
            case.path_parameters.update(dict.fromkeys(case.path_parameters, 1))
        answer = case.call(headers=headers, timeout=120)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=held)

    send()
