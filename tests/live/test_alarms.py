"""Alarms: which findings alarm in a call, told once to everybody, without numbers, by rules of the
site's own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.jobs import load_basis
from pipeline.lexicon import overlay_file
from pipeline.live import LiveEar, Teller
from pipeline.live.alarms import alarms_of_call, new_alarms
from pipeline.live.watch import FRESH_S
from pipeline.settings import Settings, SiteSettings
from pipeline.store import Store
from pipeline.types import LiveAlarm, LiveTalk
from tests.builders import a_finding
from tests.live.conftest import Listening, shipped_basis
from tests.live.line import SAID, HearsInOrder, Line, two_sides

TALK = LiveTalk(7, "call", "C-7", "8001", None, None, "open", 0.0, 0.0, 1, 1)

OVERLAY = """version: 1
rules:
  - {rule: forbidden.shirk, alarm: notify}
  - {rule: forbidden.provoke, alarm: none}
  - {rule: fact.attitude_complaint, phrases: [爱答不理], alarm: wall}
"""


def an_alarm(at: float, verdict: str = "confirmed", rule: str = "forbidden.provoke") -> LiveAlarm:
    return LiveAlarm(rule, at, "notify", verdict, "随你便")  # type: ignore[arg-type]


def test_two_phrases_of_one_rule_that_are_said_at_once_are_two_alarms() -> None:
    said = [an_alarm(17.0), an_alarm(18.0)]
    assert new_alarms(said, []) == said
    assert new_alarms(said, said) == []
    assert new_alarms(said, [said[0]]) == [said[1]]


def test_words_that_are_heard_again_confirm_the_alarm_that_stands() -> None:
    stands = an_alarm(17.0, "review")
    assert new_alarms([an_alarm(18.0)], [stands]) == [an_alarm(17.0)]
    assert new_alarms([an_alarm(18.0, "review")], [stands]) == []
    assert new_alarms([an_alarm(17.0, "review")], [an_alarm(17.0)]) == []


def test_what_is_less_sure_than_a_charge_alarms_in_no_call() -> None:
    watched = LiveEar.of(shipped_basis()).watched
    rule = "forbidden.provoke"
    sure, unsure = (a_finding(rule=rule, confidence=one, verdict="review") for one in (0.95, 0.83))
    assert [one.verdict for one in alarms_of_call([sure, unsure], 0.0, watched)] == ["review"]


def test_a_number_is_covered_also_where_the_quote_is_cut() -> None:
    told: list[str] = []
    teller = Teller(lambda _, __, text: not told.append(text), ("json://127.0.0.1",))  # type: ignore[func-returns-value]
    said = "我" * 92 + "13800138000"
    alarm = LiveAlarm("r", 0.0, "notify", "confirmed", said)
    teller.tell(TALK, alarm, "规则", teller.targets(alarm), done=list[str]().append)
    teller.close()
    assert "13800138" not in told[0]
    assert "138*" in told[0]


def test_an_address_that_hangs_keeps_no_other_one_waiting() -> None:
    freed, reached = threading.Event(), threading.Event()
    count: list[str] = []

    def send(addresses: object, title: str, text: str) -> bool:
        if addresses == ("slow",):
            return freed.wait(30)
        count.append(title)
        if len(count) == 3:
            reached.set()
        return True

    teller = Teller(send, ("slow", "fast"))
    done: list[str] = []
    for _ in range(3):
        alarm = an_alarm(1.0)
        teller.tell(TALK, alarm, "规则", teller.targets(alarm), done=done.append)
    assert reached.wait(10)
    freed.set()
    teller.close()


@pytest.fixture
def own_rules(tmp_path: Path) -> Settings:
    db = tmp_path / "callqa.db"
    overlay_file(SiteSettings(db=str(db))).write_text(OVERLAY, encoding="utf-8")
    return Settings(site=SiteSettings(db=str(db)))


def test_a_chat_alarms_by_the_sites_own_additions(own_rules: Settings, tmp_path: Path) -> None:
    with Store.open(own_rules.site.database) as store:
        (tmp_path / "chats").mkdir()
        listening = Listening(store, tmp_path / "chats", settings=own_rules)
        listening.say("agent", "随你便，爱去哪去哪。")
        assert listening.alarms() == []  # the site has turned it off
        listening.say("customer", "你们爱答不理的。")
        assert listening.alarms() == [("fact.attitude_complaint", "confirmed")]
        listening.say("agent", "这个不归我管。")
        assert ("forbidden.shirk", "confirmed") in listening.alarms()
        assert [title.split("：")[1] for title, _ in listening.settle()] == ["forbidden.shirk"]


@pytest.mark.long
def test_a_call_alarms_by_the_sites_own_additions_as_they_are_now(own_rules: Settings) -> None:
    file = overlay_file(own_rules.site)
    with Store.open(own_rules.site.database) as store:
        heard = HearsInOrder(SAID, confidence=0.98)
        line = Line(file.parent / "calls", store, heard, settings=own_rules)
        line.begin()
        line.play(two_sides(), seconds=10.0, step_s=1.0)
        assert line.alarms() == [("forbidden.shirk", "confirmed")]
        file.write_text(OVERLAY.replace("alarm: none", "alarm: notify"), encoding="utf-8")
        line.now += FRESH_S
        line.watch.step()
        line.play(two_sides(), start_s=10.0, seconds=10.5, step_s=1.0)
        assert ("forbidden.provoke", "confirmed") in line.alarms()
        line.teller.close()
        told = [title.split("：")[1] for title in line.told]
        assert told == ["forbidden.shirk", "forbidden.provoke"]


def test_what_is_known_at_the_end_only_cannot_alarm(own_rules: Settings) -> None:
    file = overlay_file(own_rules.site)
    file.write_text(
        "version: 1\nrules:\n  - {rule: missing.greeting, alarm: wall}\n", encoding="utf-8"
    )
    with pytest.raises(LexiconError, match="不能实时告警"):
        load_basis(own_rules)
