"""The topics of a period, with clusters of the calls that no topic fits."""

from __future__ import annotations

from pathlib import Path

from pipeline.jobs import count_topics
from pipeline.store import Store
from pipeline.types import CallMeta, Recording, Scope, Settlement
from tests.builders import a_result, an_utterance

AT = "2026-11-30T09:00:00+00:00"
KNOWN = Settlement(reason="客户最后几句没有说到是否解决")


def put(store: Store, number: int, day: str, said: str) -> None:
    result = a_result(
        recording=Recording(f"{number}.wav", f"{number:064x}", 20.0, 8000, 2, "pcm", 0),
        call=CallMeta(f"c{number}", started_at=f"{day}T09:00:00"),
        utterances=(an_utterance("您好。"), an_utterance(said, "customer", 3.0)),
        settlement=KNOWN,
    )
    store.results.save(result, scored_at=AT)


def test_what_many_callers_say_this_month_and_nobody_said_before_is_new(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        for number in range(12):
            put(store, number, "2026-11-09", f"滑板车电池被召回，我的号码1380013800{number % 10}。")
        for number in range(20, 40):
            put(store, number, "2026-11-10", "会员积分被清零。")
            put(store, number + 20, "2026-10-20", "会员积分被清零。")

        period = count_topics(store, Scope.of_month("2026-11"), with_clusters=True)
        counted_only = count_topics(store, Scope.of_month("2026-11"), with_clusters=False)

    assert period.totals.without == 32
    assert [(set(one.words), one.calls, one.is_new) for one in period.clusters] == [
        ({"滑板车", "电池", "召回", "号码"}, 12, True),
        ({"会员", "积分", "清零"}, 20, False),
    ]
    assert counted_only.clusters == ()
