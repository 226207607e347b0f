"""Topics of the calls against their truth, for a set of written dialogues.

python -m bench.quality.topics FOLDER [odd|even]

FOLDER has ``truth.jsonl`` with ``id``, ``file`` and ``trade`` of each dialogue. ``topics.tsv``
beside this file has the matter of each dialogue as a person read it, before the first measurement:
the main one first, then others that are right too. ``odd`` and ``even``: the dialogues with such
numbers only. Kinds of mistakes were mended by the odd ones.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from pipeline.imports import read_conversations
from pipeline.lexicon import load_lexicon
from pipeline.topics import TopicBook, find_topics, find_trade
from pipeline.transcribe import simplify

MATTERS = ("投诉", "退换货", "配送", "报修", "故障", "账单", "预约", "办理", "咨询", "建议表扬")
LETTERS = dict(zip("TRDXFBAHCS", MATTERS, strict=True))
TRADES = {
    "银行": {"银行"}, "信用卡": {"银行"}, "有线电视": {"有线电视"}, "宽带": {"有线电视"}, "邮政": {"邮政"}, "快递": {"快递"},
    "政务热线": {"政务热线"}, "社保": {"政务热线"}, "公积金": {"政务热线"}, "供电": {"水电气暖"}, "供水": {"水电气暖"},
    "燃气": {"水电气暖"}, "供暖": {"水电气暖"}, "电商售后": {"电商"}, "图书电商": {"电商"}, "母婴用品": {"电商", ""},
    "网上药店": {"电商", ""}, "生鲜超市": {"电商", ""},
}  # fmt: skip
"""Trades of the truth that a file of topics is for; all others have none."""


def main() -> None:
    folder, half = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    lines = (Path(__file__).parent / "topics.tsv").read_text(encoding="utf-8").splitlines()
    wanted = {line.split()[0]: [LETTERS[c] for c in line.split()[1:]] for line in lines}
    lexicon = load_lexicon()
    book = TopicBook.of(lexicon.topics, lexicon.talk)
    counts = dict.fromkeys(("calls", "main", "strict", "among", "trade", "named", "right"), 0)
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        if half and int(truth["id"][1:]) % 2 != (half == "odd"):
            continue
        (conversation,) = read_conversations(folder / truth["file"])
        utterances = conversation.utterances
        utterances = tuple(replace(u, text=simplify(u.text)) for u in utterances)
        topics = find_topics(utterances, book, conversation.meta)
        matters = [topic.matter for topic in topics]
        trade = find_trade(utterances, book, conversation.meta)
        right = wanted[truth["id"]]
        counts["calls"] += 1
        counts["main"] += matters[:1] != [] and matters[0] in right
        counts["strict"] += matters[:1] == right[:1]
        counts["among"] += right[0] in matters
        counts["named"] += len(matters)
        counts["right"] += sum(matter in right for matter in matters)
        is_trade = trade in TRADES.get(truth["trade"], {""})
        counts["trade"] += is_trade
        if not (matters and matters[0] in right) or not is_trade:
            named = "、".join(f"{t.name} {t.score:g}" for t in topics)
            print(
                truth["id"], truth["trade"], "应为", "/".join(right), "得到", named, "行业", trade
            )
    calls = counts["calls"]
    for name in ("main", "strict", "among", "trade"):
        print(f"{name}: {counts[name]} of {calls} = {counts[name] / calls:.3f}")
    print(f"topics that are right: {counts['right']} of {counts['named']}")


if __name__ == "__main__":
    main()
