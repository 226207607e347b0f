"""Opening a call and searching a number are on record, without the number."""

from __future__ import annotations

import pytest

from tests.review.conftest import FOREIGN, OWN, Pages


def on_record(pages: Pages) -> list[tuple[str, list[int]]]:
    pages.site.store.readings.fold(at=pages.site.now)
    return [
        (entry.action, entry.detail["results"])
        for entry in pages.site.store.ledger.entries()
        if entry.action in ("opened", "searched")
    ]


def test_a_call_that_was_opened_is_on_record(pages: Pages):
    client = pages.visit("qa")
    for _ in range(2):
        assert client.get(f"/calls/{OWN}").status_code == 200

    assert on_record(pages) == [("opened", [OWN])]


def test_a_call_that_one_may_not_see_is_not_opened(pages: Pages):
    assert pages.visit("agent").get(f"/calls/{FOREIGN}").status_code == 404

    assert on_record(pages) == []


@pytest.mark.long
@pytest.mark.parametrize(("text", "found"), [("1380", [("searched", [])]), ("您好", []), ("", [])])
def test_a_search_for_a_number_is_on_record_and_one_for_words_is_not(
    pages: Pages, text: str, found: list[tuple[str, list[int]]]
):
    assert pages.visit("qa").get("/queue", params={"view": "all", "text": text}).status_code == 200

    assert on_record(pages) == found
    assert "1380" not in repr(pages.site.store.ledger.entries())
