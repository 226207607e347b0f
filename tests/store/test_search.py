"""Search finds every substring of the spoken text, however short, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pipeline.people import QueueFilter
from pipeline.store import Store
from pipeline.types import CallMeta, Role
from tests.builders import a_result, an_utterance

AT = "2026-11-02T09:00:00+00:00"
SAID: tuple[tuple[Role, str], ...] = (
    ("agent", "您好，客服8012为您服务，请讲。"),
    ("customer", "我要退款，订单号是ＡＢ12。"),
    ("agent", "好的，退"),
    ("agent", "款三天到账。"),
    ("unknown", "谢谢，再见。"),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("search") / "callqa.db") as opened:
        for number, extra in enumerate(("", "再等等")):
            said = (*SAID, ("agent", extra)) if extra else SAID
            utterances = tuple(
                an_utterance(text, role, 10.0 * i) for i, (role, text) in enumerate(said)
            )
            result = a_result(utterances=utterances, call=CallMeta(f"c{number}"))
            opened.results.save(
                replace(result, recording=replace(result.recording, sha256=f"{number}" * 64)),
                scored_at=AT,
            )
        yield opened


def found(store: Store, text: str, **how: object) -> list[tuple[str | None, str]]:
    return [(match.call_id, match.text) for match in store.calls.search(text, **how)]  # type: ignore[arg-type]


def test_every_substring_of_every_utterance_is_found(store: Store):
    random = Random(1)
    for _ in range(150):
        text = random.choice(SAID)[1]
        plain = "".join(c for c in text if c.isalnum())
        start = random.randrange(len(plain))
        part = plain[start : start + random.randint(1, 5)]
        assert ("c0", text) in found(store, part), part


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            "退款",
            [("c1", SAID[1][1]), ("c0", SAID[1][1])],
        ),  # newest first; not 退 | 款 of two utterances
        ("再", [("c1", SAID[4][1]), ("c1", "再等等"), ("c0", SAID[4][1])]),
        ("再见", [("c1", SAID[4][1]), ("c0", SAID[4][1])]),
        ("见再", []),
        ("订单号是ab12", [("c1", SAID[1][1]), ("c0", SAID[1][1])]),  # width and case do not matter
        ("退款！订单", [("c1", SAID[1][1]), ("c0", SAID[1][1])]),  # nor does punctuation
        ("，。", []),
        ("", []),
        ('" OR agent:您', []),
        ("发票", []),
    ],
)
def test_what_is_found(store: Store, text: str, calls: list[tuple[str, str]]):
    assert found(store, text) == calls


def test_one_side_can_be_searched(store: Store):
    assert found(store, "好", roles=("customer",)) == []
    assert len(found(store, "好", roles=("agent",))) == 4


def test_the_last_calls_come_first_up_to_the_limit(store: Store):
    assert {call for call, _ in found(store, "退款", limit=1)} == {"c1"}


def test_a_call_scored_again_is_found_once_as_the_result_that_counts(tmp_path: Path):
    call = a_result(call=CallMeta("a"))
    with Store.open(tmp_path / "a.db") as store:
        heard = store.results.save(call, scored_at=AT)
        again = replace(call, engine=replace(call.engine, scoring_version="s2"))
        now = store.results.save(again, scored_at=AT, heard_id=heard)
        assert [match.result_id for match in store.calls.search("退款")] == [now]


DICTATED = (
    ("agent", "请报一下您的手机号。"),
    ("customer", "一三八"),
    ("agent", "嗯。"),
    ("customer", "五六七一"),
    ("agent", "嗯。"),
    ("customer", "九九二三"),
    ("agent", "好的，费用是1380元，热线96306。"),
)


@pytest.fixture
def dictated(tmp_path: Path) -> Iterator[Store]:
    said = tuple(an_utterance(text, role, 2.0 * i) for i, (role, text) in enumerate(DICTATED))
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.results.save(a_result(utterances=said, call=CallMeta("d")), scored_at=AT)
        yield opened


def test_hidden_digits_are_neither_found_nor_shown(dictated: Store):
    assert found(dictated, "五六七一") == []
    assert found(dictated, "五六七一", hidden=frozenset()) == [("d", "五六七一")]
    assert found(dictated, "1380") == [("d", DICTATED[-1][1])]
    texts = [text for _, text in found(dictated, "一")]
    assert all("五六七一" not in text for text in texts)


@pytest.mark.parametrize(
    ("text", "calls"),
    [("五六七一", 0), ("5671", 0), ("六七", 0), ("1380", 1), ("热线96306", 1), ("手机号", 1)],
)
def test_the_queue_does_not_tell_hidden_digits(dictated: Store, text: str, calls: int):
    page = dictated.queue.page(QueueFilter(view="all", text=text))

    assert len(page.rows) == page.total == calls
