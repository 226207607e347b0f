"""The pages and the API act on calls by the same rules: the same request gives the same status, the
same message, the same stored actions and the same entries in the ledger."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from pipeline.jobs import Corrector, load_basis
from pipeline.people import (
    ActionKind,
    FindingKey,
    NewAction,
    NewCoachingRecord,
    UserRole,
    days_after,
)
from pipeline.people.users import digest_of_secret
from pipeline.review import actions
from pipeline.review.access import ACTION_PERMISSIONS
from pipeline.review.api.call_models import ActionEntry
from pipeline.review.context import ReviewContext
from pipeline.review.gate import routes_of
from pipeline.review.sessions import COOKIE
from pipeline.settings import Settings
from pipeline.store import Store
from tests.builders import a_finding, a_result, an_utterance
from tests.review.conftest import AT, CSRF, FOREIGN, OWN, ROLES, Clock, app_of, fill_store

MASKED, NOWHERE = 3, 999
"""Results of a call in which a telephone number is said, and of none."""

PAGES_ONLY = {"unmask", "take", "claim", "release", "propose"}
"""Rules are proposed on pages. A token has no session that could see personal data for a while, and opens no page; ``take`` is
``assign`` to oneself."""

SHIRK = FindingKey("forbidden.shirk", "forbidden", "agent", 4.0, 6.0, "不归我管").plain()
SENTENCE = {"channel": 0, "start_s": 4.0, "end_s": 5.25}
"""The second sentence of ``OWN``: 不归我管。"""

NUMBER = {"channel": 1, "start_s": 0.0, "end_s": 4.25}
"""The sentence of ``MASKED`` with the number."""

BY_QA, BY_LEAD, UNDONE_BY_QA, UNDONE_BY_LEAD, CONFIRMED, OF_APPEAL = 1, 2, 3, 4, 5, 6
"""Ids of the actions with which each test begins."""

OPEN_APPEAL = 2


@dataclass(frozen=True)
class Request:
    """One request, as a form and as JSON. ``status``: of the API; a page redirects where it is
    200 or 201."""

    kind: str
    status: int
    page: tuple[str, dict[str, Any]]
    api: tuple[str, dict[str, Any]]
    role: UserRole = "qa"
    message: str = ""


def acts(
    kind: ActionKind, status: int, form: dict[str, Any], body: dict[str, Any] | None = None,
    *, role: UserRole = "qa", call: int = OWN, message: str = "",
) -> Request:  # fmt: skip
    """An action on a call. ``body``: its JSON where it is not as the form."""
    sent = {"acts": [{"kind": kind, **(form if body is None else body)}]}
    page = (f"/calls/{call}/{kind}", form)
    return Request(kind, status, page, (f"/api/v1/calls/{call}/acts", sent), role, message)


def decides(status: int, decision: str, finding: int, key: dict[str, Any], **more: Any) -> Request:
    form = {"of": more.get("call", OWN), "finding": finding, "decision": decision}
    return acts("decide", status, form, {"finding": key, "decision": decision}, **more)


def adds(status: int, rule: str, kind: str, start_s: float, end_s: float, **more: Any) -> Request:
    place = {"role": "agent", "start_s": start_s, "end_s": end_s}
    form = {"rule": f"{rule}|{kind}", "quote": " 你找领导去 ", **place}
    body = {"finding": {"rule": rule, "kind": kind, **place}, "quote": " 你找领导去 "}
    return acts("add", status, form, body, **more)


def undoes(status: int, action: int, *, role: UserRole = "qa", call: int = OWN, message: str = ""):
    page, api = f"/calls/{call}/undo/{action}", f"/api/v1/acts/{action}/undo"
    return Request("undo", status, (page, {}), (api, {}), role, message)


def appeals(
    status: int, reason: str, finding: dict[str, Any] | None, *, call: int = OWN, **more: Any
):
    page, api = f"/calls/{call}/appeal", f"/api/v1/calls/{call}/appeals"
    form, body = {"reason": reason, **(finding or {})}, {"reason": reason, "finding": finding}
    return Request("appeal", status, (page, form), (api, body), **{"role": "agent", **more})


def answers(
    status: int, outcome: str, answer: str = "已核对", points: tuple[str, float] | None = None,
    *, appeal: int = OPEN_APPEAL, role: UserRole = "supervisor",
) -> Request:  # fmt: skip
    form = {"outcome": outcome, "answer": answer}
    body: dict[str, Any] = dict(form)
    if points:
        form |= {"item": points[0], "points": str(points[1])}
        body["points"] = {"item": points[0], "points": points[1]}
    page, api = f"/appeals/{appeal}/decide", f"/api/v1/appeals/{appeal}/decision"
    return Request("answer", status, (page, form), (api, body), role)


def records(
    status: int, form: dict[str, Any], body: dict[str, Any] | None = None, *, role: UserRole = "supervisor",
    message: str = "", **changes: Any,
):  # fmt: skip
    """A measure about an agent or a call. ``body``: its JSON where it is not as the form."""
    basis = {"kind": "training", "on": "2026-11-17", "note": " 听了三通录音 ", **changes}
    page, api = ("/coaching", {**basis, **form}), ("/api/v1/coaching", {**basis, **(body or {})})
    return Request("record", status, page, api, role, message)


def about_agent(status: int, agent: str, **more: Any):
    return records(status, {"agent": agent}, {"agent_id": agent}, **more)


def about_finding(status: int, call: int, finding: int, key: dict[str, Any], **more: Any):
    form = {"call": call, "of": call, "finding": finding}
    return records(status, form, {"result_id": call, "finding": key}, **more)


def replies(status: int, number: int, text: str, *, role: UserRole = "agent", message: str = ""):
    paths = f"/coaching/{number}/answer", f"/api/v1/coaching/{number}/answer"
    sent = {"answer": text}
    return Request("reply", status, (paths[0], sent), (paths[1], sent), role, message)


def withdraws(status: int, number: int, reason: str, *, role: UserRole = "supervisor"):
    paths = f"/coaching/{number}/withdraw", f"/api/v1/coaching/{number}/withdraw"
    sent = {"reason": reason}
    return Request("withdraw", status, (paths[0], sent), (paths[1], sent), role)


def tone(
    start_s: float, end_s: float, grade: str = "raised", role: str = "agent"
) -> dict[str, Any]:
    return {"role": role, "start_s": start_s, "end_s": end_s, "grade": grade}


def points(item: str, value: float, reason: str = " 态度好转 ") -> dict[str, Any]:
    return {"item": item, "points": value, "reason": reason}


REQUESTS = [
    decides(200, "refused", 0, SHIRK),
    decides(200, "open", 0, SHIRK),
    decides(200, "confirmed", 0, SHIRK),  # in force already
    decides(200, "confirmed", 0, SHIRK, role="supervisor"),
    decides(404, "refused", 7, {**SHIRK, "start_s": 15.0, "end_s": 16.0}, message=actions.NO_FINDING),
    decides(404, "refused", 0, SHIRK, call=NOWHERE),
    decides(422, "perhaps", 0, SHIRK),
    decides(403, "refused", 0, SHIRK, role="agent"),
    decides(403, "refused", 0, SHIRK, role="auditor"),
    adds(200, "forbidden.shirk", "forbidden", 10.0, 12.0),
    adds(200, "required.greeting", "missing", 3.0, 4.0),
    adds(400, "forbidden.nothing", "forbidden", 10.0, 12.0),
    adds(400, "forbidden.shirk", "forbidden", 10.0, 99.0),
    adds(400, "forbidden.shirk", "forbidden", 12.0, 10.0),
    adds(422, "forbidden.shirk", "shouting", 10.0, 12.0),
    adds(403, "forbidden.shirk", "forbidden", 10.0, 12.0, role="admin"),
    acts("role", 200, {**SENTENCE, "role": "customer"}),
    acts("role", 200, {**NUMBER, "role": "agent"}, call=MASKED),
    acts("role", 400, {**SENTENCE, "start_s": 9.0, "role": "customer"}),
    acts("role", 422, {**SENTENCE, "role": "bystander"}),
    acts("role", 422, {**SENTENCE, "channel": 65, "role": "agent"}),
    acts("text", 200, {**SENTENCE, "text": " 不是我管。 "}),
    acts("text", 200, {**SENTENCE, "text": ""}),
    acts("text", 400, {**SENTENCE, "text": "电话139****5678。"}, message=actions.MASK_IN_TEXT),
    acts("text", 400, {**SENTENCE, "text": "两行\n文字"}),
    acts("text", 400, {**SENTENCE, "start_s": 9.0, "text": "不是我管。"}),
    acts("text", 422, {**SENTENCE, "text": "长" * 2001}),
    acts("text", 409, {**NUMBER, "text": "我没有电话。"}, call=MASKED, message=actions.MASKED_SENTENCE),
    acts("text", 409, {**NUMBER, "start_s": 0.02, "text": "我没有电话。"}, call=MASKED),
    acts("text", 409, {**NUMBER, "text": "138****8000"}, call=MASKED, role="supervisor"),
    acts("tone", 200, tone(4.0, 6.0)),
    acts("tone", 400, tone(6.0, 4.0), message=actions.OUTSIDE),
    acts("tone", 400, tone(4.0, 99.0), message=actions.OUTSIDE),
    acts("tone", 400, tone(4.0, 4.0)),
    acts("tone", 422, tone(4.0, 6.0, role="unknown")),
    acts("tone", 422, tone(4.0, 6.0, grade="furious")),
    acts("comment", 200, {"text": " 请再听一遍 "}),
    acts("comment", 400, {"text": "  "}, message=actions.BLANK_COMMENT),
    acts("comment", 422, {"text": ""}),
    acts("comment", 404, {"text": "请再听一遍"}, call=NOWHERE),
    acts("mark", 200, {"mark": "good"}),
    acts("mark", 200, {"mark": ""}, {"mark": None}),
    acts("mark", 422, {"mark": "best"}),
    acts("assign", 200, {"to": "qa1"}, role="supervisor"),
    acts("assign", 200, {"to": ""}, {"to": None}, role="supervisor"),
    acts("assign", 400, {"to": "nobody"}, role="supervisor", message=actions.NO_REVIEWER),
    acts("assign", 400, {"to": "agent1"}, role="supervisor", message=actions.NO_REVIEWER),
    acts("assign", 403, {"to": "supervisor1"}),
    acts("assign", 200, {"to": "qa1"}),
    acts("override", 200, points("polite_words", 20), role="supervisor"),
    acts("override", 400, points("polite_words", 31), role="supervisor"),
    acts("override", 400, points("polite_words", 20, " "), role="supervisor"),
    acts("override", 400, points("nothing", 20), role="supervisor"),
    acts("override", 422, points("polite_words", 1001), role="supervisor"),
    acts("override", 422, points("", 20), role="supervisor"),
    acts("override", 403, points("polite_words", 20)),
    acts("override", 403, points("polite_words", 20), call=NOWHERE),
    acts("settle", 200, {"settled": True}),
    acts("settle", 200, {"settled": False}),
    acts("settle", 422, {"settled": "perhaps"}),
    acts("settle", 403, {"settled": True}, role="agent"),
    undoes(200, BY_QA),
    undoes(200, UNDONE_BY_QA),
    undoes(200, CONFIRMED),
    undoes(403, BY_LEAD, message=actions.OF_SOMEBODY_ELSE),
    undoes(403, UNDONE_BY_LEAD, message=actions.OF_SOMEBODY_ELSE),
    undoes(200, BY_QA, role="supervisor"),
    undoes(400, OF_APPEAL, role="supervisor", call=FOREIGN, message=actions.OF_AN_APPEAL),
    undoes(400, OF_APPEAL, call=FOREIGN, message=actions.OF_AN_APPEAL),
    undoes(404, NOWHERE),
    undoes(403, BY_QA, role="agent"),
]  # fmt: skip

APPEALS = [
    appeals(201, " 不是我说的 ", None),
    appeals(201, "不是我说的", {**SHIRK, "rule": "forbidden.shirk"}),
    appeals(400, " ", None),
    appeals(422, "", None),
    appeals(400, "不是我说的", {**SHIRK, "start_s": 15.0, "end_s": 16.0}),
    appeals(422, "不是我说的", {**SHIRK, "kind": "shouting"}),
    appeals(404, "不是我说的", None, call=FOREIGN),
    appeals(403, "不是我说的", None, role="qa"),
    answers(200, "upheld"),
    answers(200, "changed", points=("polite_words", 20)),
    answers(200, "rejected"),
    answers(400, "changed"),
    answers(400, "changed", points=("nothing", 20)),
    answers(400, "rejected", " "),
    answers(422, "rejected", ""),
    answers(422, "perhaps"),
    answers(404, "rejected", appeal=NOWHERE),
    answers(400, "rejected", appeal=1),  # has an outcome
    answers(403, "rejected", role="qa"),
]


OPEN_RECORD, FOREIGN_RECORD, ANSWERED, WITHDRAWN = 1, 2, 3, 4
"""Ids of the coaching records with which each test begins."""

COACHING = [
    about_agent(201, "8001"),
    about_agent(201, " 8002 ", kind="praise", on="2026-11-18"),
    about_agent(201, "8001", item="礼貌用语"),
    about_agent(400, "8009"),  # nobody knows this agent
    about_agent(400, ""),
    about_agent(400, "8001", on="2026-11-19"),  # tomorrow
    about_agent(400, "8001", on="2024-11-17"),
    about_agent(400, "8001", note="  "),
    about_agent(422, "8001", note=""),
    about_agent(422, "8001", note="长" * 2001),
    about_agent(422, "8001", on="2026-02-30"),
    about_agent(422, "8001", kind="dismissal"),
    about_agent(403, "8001", role="qa"),
    about_agent(403, "8001", role="agent"),
    records(201, {"call": OWN}, {"result_id": OWN}),
    records(404, {"call": NOWHERE}, {"result_id": NOWHERE}),
    records(400, {"call": OWN, "agent": "8002"}, {"result_id": OWN, "agent_id": "8002"}),
    records(400, {"call": 3}, {"result_id": 3}),  # a call without an agent
    about_finding(201, OWN, 0, SHIRK),
    about_finding(404, OWN, 7, {**SHIRK, "start_s": 15.0, "end_s": 16.0}, message=actions.NO_FINDING),
    about_finding(404, NOWHERE, 0, SHIRK),
    replies(200, OPEN_RECORD, " 已经听了 "),
    replies(400, OPEN_RECORD, "  "),
    replies(400, ANSWERED, "再说一次", message="已经答复过，只能答复一次"),
    replies(400, WITHDRAWN, "知道了"),
    replies(404, FOREIGN_RECORD, "不是我"),
    replies(404, NOWHERE, "不是我"),
    replies(422, OPEN_RECORD, "长" * 2001),
    replies(403, OPEN_RECORD, "代他答复", role="supervisor"),
    withdraws(200, OPEN_RECORD, " 记错了人 "),
    withdraws(200, ANSWERED, "记错了人"),
    withdraws(400, OPEN_RECORD, " "),
    withdraws(400, WITHDRAWN, "再撤一次"),
    withdraws(404, NOWHERE, "记错了人"),
    withdraws(403, OPEN_RECORD, "不公平", role="agent"),
    withdraws(403, OPEN_RECORD, "不公平", role="qa"),
]  # fmt: skip


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, hashed: str) -> Path:
    """The store with which each request begins."""
    db = tmp_path_factory.mktemp("start") / "callqa.db"
    fill_store(db, hashed)
    with Store.open(db) as store:
        said = (
            an_utterance("我的电话是13800138000。", "customer"),
            an_utterance("好。", start_s=3.0),
        )
        store.results.save(
            a_result(utterances=said, findings=(a_finding(start_s=4.0),)), scored_at=AT
        )
        for role in ROLES:
            store.tokens.add(
                f"{role}1", digest=digest_of_secret(f"token-of-{role}"), label="test",
                expires_at=days_after(AT, 30), actor="test", at=AT,
            )  # fmt: skip
        _fill_actions(store)
    return db


def _fill_actions(store: Store) -> None:
    comment = NewAction("comment", {"text": "听过了"})
    for name in ("qa1", "supervisor1", "qa1", "supervisor1"):
        store.actions.add(OWN, [comment], actor=name, at=AT)
    store.actions.undo(UNDONE_BY_QA, actor="qa1", at=AT)
    store.actions.undo(UNDONE_BY_LEAD, actor="supervisor1", at=AT)
    confirmed = NewAction("decide", {"decision": "confirmed", "finding": SHIRK}, SHIRK["rule"])
    store.actions.add(OWN, [confirmed], actor="qa1", at=AT)
    for call in (FOREIGN, MASKED):
        finding = FindingKey.of(store.results.get(call).findings[0])
        store.appeals.file(
            call, finding=finding, agent_id="8002", filed_by="lina", reason="不对", at=AT,
            due_at=days_after(AT, 3),
        )  # fmt: skip
    refused = NewAction("decide", {"decision": "refused", "finding": SHIRK}, SHIRK["rule"], 1)
    store.actions.add(FOREIGN, [refused], actor="supervisor1", at=AT)
    for agent in ("8001", "8002", "8001", "8001"):
        new = NewCoachingRecord(agent, "reminder", date(2026, 11, 16), "请注意用语")
        store.coaching.add(new, actor="supervisor1", at=AT)
    store.coaching.answer(ANSWERED, answer="好的", actor="agent1", at=AT)
    store.coaching.withdraw(WITHDRAWN, reason="重复", actor="supervisor1", at=AT)
    store.appeals.decide(1, outcome="upheld", answer="成立", decided_by="supervisor1", at=AT)


@pytest.fixture(scope="module")
def corrector(start: Path) -> Corrector:
    """Takes a second or two to make."""
    with Store.open(start) as store:
        return Corrector.load(store, load_basis(Settings()))


@dataclass
class Face:
    """A site of its own, entered by its pages or by its API."""

    site: ReviewContext
    number: int
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(
            app_of(self.site, self.number), base_url="http://127.0.0.1", follow_redirects=False
        )

    def send_form(self, path: str, role: str, values: dict[str, Any]) -> tuple[int, str]:
        """The status and the message of the page."""
        self.client.cookies.set(COOKIE, f"secret-of-{role}")
        answer = self.client.post(path, data={"csrf": CSRF, **values})
        message = re.search(r'role="alert">([^<]*)', answer.text)
        return answer.status_code, html.unescape(message.group(1)) if message else ""

    def send_json(self, path: str, role: str, values: dict[str, Any]) -> tuple[int, str]:
        """The status and the message of the API; no message for what its schema refuses."""
        headers = {"Authorization": f"Bearer token-of-{role}"}
        answer = self.client.post(path, json=values, headers=headers)
        detail = answer.json().get("detail", "")
        return answer.status_code, detail if isinstance(detail, str) else ""

    def state(self) -> dict[str, Any]:
        """All that an action may change."""
        store = self.site.store
        calls = [store.calls.record_of(call) for call in (OWN, FOREIGN, MASKED)]
        effective = [store.effective.of(call.sha256) for call in calls if call]
        return {
            "actions": [store.actions.of(call.sha256) for call in calls if call],
            "ledger": [
                (one.at, one.actor, one.action, one.subject, one.detail)
                for one in store.ledger.entries()
                if one.action != "sealed"  # by salted digests, of every row
            ],
            "labels": store.tone.labels(),
            "appeals": store.appeals.find(),
            "coaching": store.coaching.find(),
            "effective": effective,
            "scores": [store.results.get(one).score for one in effective],
        }


@pytest.fixture
def faces(tmp_path: Path, start: Path, corrector: Corrector) -> Iterator[tuple[Face, Face]]:
    """The pages of one site and the API of another, with equal stores."""
    with ExitStack() as stack:
        made = []
        for number, name in enumerate(("pages.db", "api.db")):
            shutil.copy(start, tmp_path / name)
            site = ReviewContext(tmp_path / name, Settings(), clock=Clock())
            stack.callback(site.close)
            site._corrector = corrector
            made.append(Face(site, number))
        yield made[0], made[1]


def _name(request: Request) -> str:
    return f"{request.kind}-{request.status}-{request.role}"


@pytest.mark.long
@pytest.mark.parametrize("request_", [*REQUESTS, *APPEALS, *COACHING], ids=_name)
def test_page_and_api_do_the_same(faces: tuple[Face, Face], request_: Request) -> None:
    pages, api = faces
    before = pages.state()
    by_page = pages.send_form(request_.page[0], request_.role, request_.page[1])
    by_api = api.send_json(request_.api[0], request_.role, request_.api[1])

    assert by_api[0] == request_.status
    assert by_page[0] == (303 if request_.status < 300 else request_.status)
    if by_api[0] != 422:
        assert by_page[1] == by_api[1]
    if request_.message:
        assert by_page[1] == request_.message
    assert pages.state() == api.state()
    if request_.status >= 300:
        assert pages.state() == before


def test_every_action_is_on_both_faces_and_tried(faces: tuple[Face, Face]) -> None:
    paths = [path for method, path in routes_of(faces[0].client.app) if method == "POST"]  # type: ignore[arg-type]
    forms = {
        path.removeprefix("/calls/{result_id}/") for path in paths if path.startswith("/calls/")
    }
    models = get_args(get_args(ActionEntry)[0])
    kinds = set(get_args(ActionKind))

    assert forms - PAGES_ONLY == kinds | {"undo/{act_id}", "appeal"}
    assert {get_args(model.model_fields["kind"].annotation)[0] for model in models} == kinds
    assert set(ACTION_PERMISSIONS) == kinds
    assert {one.kind for one in REQUESTS if one.status == 200} == kinds | {"undo"}
    assert {one.kind for one in REQUESTS if one.status >= 400} == kinds | {"undo"}


def test_a_decision_that_is_in_force_is_not_stored_again(faces: tuple[Face, Face]) -> None:
    again = [{"kind": "decide", "finding": SHIRK, "decision": "confirmed"}] * 3
    before = faces[1].state()

    assert faces[1].send_json(f"/api/v1/calls/{OWN}/acts", "qa", {"acts": again})[0] == 200
    assert faces[1].state() == before


def test_of_a_batch_with_one_bad_action_nothing_is_stored(faces: tuple[Face, Face]) -> None:
    sent = [{"kind": "comment", "text": "好"}, {"kind": "tone", **tone(6.0, 4.0)}]
    before = faces[1].state()

    assert faces[1].send_json(f"/api/v1/calls/{OWN}/acts", "qa", {"acts": sent})[0] == 400
    assert faces[1].state() == before
