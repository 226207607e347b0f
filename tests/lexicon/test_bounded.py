"""Expressions of a site are stopped by the processor time of the search, not of all threads."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from pipeline.lexicon import find_all, is_found

ENDLESS = "^(好|好好|好好好)+对不起$"
NEVER = "好" * 60 + "对"


def test_what_is_found():
    assert [match.group() for match in find_all("退.", "退款和退货", 0.2)] == ["退款", "退货"]
    assert is_found("退.", "要退款", 0.2)
    assert not is_found("退.", "没有", 0.2)


def test_an_endless_expression_is_stopped():
    began = time.thread_time()
    with pytest.raises(TimeoutError):
        is_found(ENDLESS, NEVER, 0.05)
    assert time.thread_time() - began >= 0.04


@pytest.fixture
def busy() -> Iterator[None]:
    """Three threads that do something else all the time, as a recogniser's do."""
    done = threading.Event()
    content = bytes(range(256)) * 4000

    def work() -> None:
        while not done.is_set():
            zlib.compress(content, 9)  # lets other threads run meanwhile

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    yield
    done.set()
    for one in threads:
        one.join(timeout=20)


@pytest.mark.usefixtures("busy")
def test_what_other_threads_do_does_not_make_an_expression_endless():
    text = "好" * 800 + "对"
    began = time.thread_time()
    assert is_found("(好好)+不|对", text, 60.0)
    needs_s = time.thread_time() - began
    for _ in range(10):
        assert [one.group() for one in find_all("(好好)+不|对", text, 3 * needs_s)] == ["对"]


@pytest.mark.usefixtures("busy")
def test_an_endless_expression_is_stopped_beside_other_threads():
    with pytest.raises(TimeoutError):
        is_found(ENDLESS, NEVER, 0.05)


def test_what_is_done_between_two_matches_is_not_counted():
    for one in find_all("好", "好" * 3, 0.05):
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            assert one.group() == "好"
