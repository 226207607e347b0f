"""What the words of a proposed exception must have in them."""

from __future__ import annotations

import pytest

from pipeline.errors import ProposalError
from pipeline.jobs import refuse_known
from pipeline.lexicon import Lexicon, Phrase, Rule
from pipeline.types import WordingChange

SHIRK = Rule("forbidden.shirk", "推诿", "forbidden", "D", "high", "agent", (Phrase("不归我管"),))


@pytest.mark.parametrize("wording", ["电视不归我管帮您转", "这本书不归我馆收"])
def test_an_exception_holds_a_phrase_by_its_characters_or_its_sound(wording: str):
    refuse_known(WordingChange(SHIRK.id, "exceptions", wording), Lexicon((SHIRK,)))


@pytest.mark.parametrize("wording", ["今天天气好", "不归我", "不归我们馆收"])
def test_an_exception_without_a_phrase_is_refused(wording: str):
    with pytest.raises(ProposalError, match="作为例外不起作用"):
        refuse_known(WordingChange(SHIRK.id, "exceptions", wording), Lexicon((SHIRK,)))
