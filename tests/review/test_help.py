"""The help page: everybody finds what concerns the own role, and every word that pages use."""

from __future__ import annotations

import re

import pytest

from pipeline.lexicon import KINDS
from pipeline.people import User
from pipeline.people.users import UserRole
from pipeline.report.html import MATCHES
from pipeline.review.access import may
from pipeline.review.call_view import STATES
from pipeline.review.help_words import PAGES, words_for
from pipeline.review.render import NAVIGATION
from pipeline.settings import Settings
from tests.review.conftest import ROLES, Pages


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_led_to_every_page_of_its_own_and_to_no_other(
    pages: Pages, role: UserRole
) -> None:
    browser = pages.visit(role)
    page = browser.get("/help").text
    main = page[page.index("<main") :]
    table = main[main.index('id="pages"') : main.index('id="score"')]
    addresses = set(re.findall(r'href="(/[^"#]+)"', table))

    user = User(role, role, agent_id="8001" if role == "agent" else None)
    menu = {at for at, _, needed in NAVIGATION if may(user, needed)}
    assert menu <= addresses
    assert [at for at in addresses if browser.get(at).status_code != 200] == []
    assert [one.address for one in PAGES if not may(user, one.needs) and one.address in addresses] == []  # fmt: skip
    assert 'href="/help"' in page[: page.index("<main")]
    assert "《客户服务工作考核管理办法》第五部分" in main
    assert ("<kbd>c</kbd>" in main) is (role in ("qa", "supervisor"))


def test_every_label_of_a_finding_is_explained() -> None:
    known = "、".join(one.word for one in words_for(User("l", "supervisor"), Settings()))

    labels = {*KINDS.values(), *STATES.values(), *MATCHES.values()}
    assert {label for label in labels if label not in known} == set()
