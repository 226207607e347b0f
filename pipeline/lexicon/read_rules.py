"""The rule files: required and forbidden phrases, processes, duties."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.duty import check_slots
from pipeline.lexicon.operator_table import read_meant
from pipeline.lexicon.overlay import OVERLAY_FILE, Overlay, add_to_rules, with_digest
from pipeline.lexicon.read_additions import has_whole_rules, read_overlay
from pipeline.lexicon.read_knowledge import load_knowledge
from pipeline.lexicon.read_logic import duty_of, read_logic, refuse_circles
from pipeline.lexicon.read_phrases import all_wordings, read_phrases
from pipeline.lexicon.read_regulations import REGULATIONS_FILE, load_regulations, read_source
from pipeline.lexicon.read_topics import load_topics, topic_paths
from pipeline.lexicon.read_words import (
    CUES_FILE,
    INVENTED_FILE,
    LEXICON_FOLDER,
    TALK_FILE,
    read_cues,
    read_talk,
    read_top,
)
from pipeline.lexicon.reader import Field, digest
from pipeline.lexicon.rule import Lexicon, Rule, TalkWords

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.lexicon.conditions import Phrase
    from pipeline.lexicon.regulations import Regulations
    from pipeline.types import AlarmLevel

_NEEDED = ("id", "name", "kind", "source", "severity", "role", "positive", "negative")
_OPTIONAL = (
    "phrases", "exceptions", "negated_by", "doubted_by", "about_others", "phrase", "expected", "within", "points", "per", "fatal", "verdict",
    "starts", "ends", "meaning", "of_others", "conditions", "when", "mark", "duty", "alarm",
)  # fmt: skip
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


def choose_lexicons(named: str) -> Path:
    """The folder of the rules: the named one, the shipped one for an empty name."""
    return Path(named) if named else LEXICON_FOLDER


def load_lexicon(folder: Path = LEXICON_FOLDER, overlay: Overlay | None = None) -> Lexicon:
    """The lexicon in a folder: all ``*.yaml`` in it (not below it), with the site's own additions,
    whole or not at all. ``overlay``: ``None`` for the one in the folder.

    Raises ``LexiconError`` in Chinese at the first thing that is wrong.
    """
    own = folder / OVERLAY_FILE
    added = read_overlay(own) if overlay is None else overlay
    files = sorted(file for file in folder.glob("*.yaml") if file != own or has_whole_rules(own))
    rules = add_to_rules(_read_rules(files, load_regulations(folder)), added)
    if not rules:
        raise LexiconError(f"{folder}：没有任何规则，应有至少一个含 rules 的 .yaml 文件")
    _refuse_shared_phrases(rules.values())
    refuse_circles(rules.values())
    check_slots(
        {rule.id: (rule.at, rule.duty) for rule in rules.values() if rule.duty is not None},
        {rule.id: rule.kind for rule in rules.values()},
    )
    knowledge, knowledge_files = load_knowledge(folder)
    cues = read_cues(folder / CUES_FILE) if (folder / CUES_FILE).exists() else {}
    invented = (
        read_top(folder / INVENTED_FILE, "phrases").texts()
        if (folder / INVENTED_FILE).exists()
        else ()
    )
    shipped = digest([*files, *topic_paths(folder), *knowledge_files])
    return Lexicon(
        rules=tuple(rules.values()),
        talk=read_talk(folder / TALK_FILE) if (folder / TALK_FILE).exists() else TalkWords(),
        agent_cues=cues.get("agent", {}),
        customer_cues=cues.get("customer", {}),
        inventions=invented,
        knowledge=knowledge,
        version=with_digest(shipped, added.rules_digest),
        topics=load_topics(folder),
    )


def _read_rules(files: Iterable[Path], regulations: Regulations) -> dict[str, Rule]:
    """The rules of these files, in order."""
    rules: dict[str, Rule] = {}
    for file in files:
        if file.name in (CUES_FILE, INVENTED_FILE, TALK_FILE, REGULATIONS_FILE):
            continue
        for field in read_top(file, "rules").items():
            rule = _rule(field, regulations)
            if rule.id in rules:
                raise LexiconError(
                    f"{field.place}：规则编号“{rule.id}”重复，每条规则的编号必须不同"
                )
            rules[rule.id] = rule
    return rules


def _refuse_shared_phrases(rules: Iterable[Rule]) -> None:
    """Raises ``LexiconError`` where a phrase stands in two forbidden rules. The line that is named
    is the overlay's, where one of the two is in it."""
    first: dict[str, tuple[Phrase, str]] = {}
    for rule in rules:
        for phrase in rule.phrases if rule.kind == "forbidden" else ():
            known, other = first.setdefault(fold_you(phrase.say), (phrase, rule.id))
            if other != rule.id:
                late = (phrase, other)
                if known.at and OVERLAY_FILE in known.at and OVERLAY_FILE not in phrase.at:
                    late = (known, rule.id)
                raise LexiconError(f"{late[0].at}：短语“{late[0].say}”已经在规则“{late[1]}”中")


def fold_you(text: str) -> str:
    """您 and 你 as one: politeness of the pronoun does not make a taboo phrase better.

    >>> fold_you("您找领导去")
    '你找领导去'
    """
    return text.replace("您", "你")


def _rule(field: Field, regulations: Regulations) -> Rule:
    entries = field.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    rule_id = entries["id"].text()
    if not _ID.fullmatch(rule_id):
        raise entries["id"].wrong("小写字母、数字、下划线，用点分段，例如 forbidden.shirk")
    kind: Any = entries["kind"].choice("required", "forbidden", "process", "missing")
    if kind == "required" and "phrase" not in entries:
        raise LexiconError(f"{field.place}：规定用语“{rule_id}”缺少“phrase”（结果中显示的名称）")
    _check_form(field, entries, rule_id, kind)
    severity: Any = entries["severity"].choice("low", "medium", "high")
    role: Any = entries["role"].choice("agent", "customer")
    name = entries["name"].text()
    return Rule(
        id=rule_id,
        name=name,
        kind=kind,
        source=read_source(entries["source"], regulations),
        severity=severity,
        role=role,
        phrase=entries["phrase"].text()
        if "phrase" in entries
        else ""
        if kind == "forbidden"
        else name,
        positive=_examples(entries["positive"]),
        negative=_examples(entries["negative"]),
        at=field.place,
        alarm=_alarm(entries, kind),
        **_looked_for(entries),
        **_costs(entries),
    )


def _check_form(field: Field, entries: dict[str, Field], rule_id: str, kind: str) -> None:
    """What a rule looks for is written in one of the ways that its kind allows."""
    if (kind == "missing") != ("duty" in entries):
        raise LexiconError(
            f"{field.place}：规则“{rule_id}”：kind 为 missing 的规则才写 duty（职责），也必须写"
        )
    if kind == "missing":
        if "phrases" in entries or "meaning" in entries:
            raise LexiconError(
                f"{field.place}：职责“{rule_id}”不写 phrases 和 meaning，写在 any_of 所指的规定用语里"
            )
        return
    if "phrases" in entries and "when" in entries:
        raise LexiconError(
            f"{field.place}：规则“{rule_id}”应当写 phrases（短语），或者写 conditions 和 when（条件），二者选一"
        )
    if not {"phrases", "when", "meaning"} & entries.keys():
        raise LexiconError(
            f"{field.place}：规则“{rule_id}”应当写 phrases（短语）、meaning（含义）或 conditions 和 when（条件）"
        )


def _looked_for(entries: dict[str, Field]) -> dict[str, Any]:
    """What the rule looks for, and where."""
    found = _meaning(entries)
    if "phrases" in entries:
        found["phrases"] = read_phrases(entries["phrases"])
    if "exceptions" in entries:
        found["exceptions"] = all_wordings(entries["exceptions"])
    for key in {"negated_by", "about_others"} & entries.keys():
        found[key] = entries[key].flag()
    if "doubted_by" in entries:
        found["doubted_by"] = all_wordings(entries["doubted_by"])
    for old in ("expected", "within"):
        if old in entries:
            raise LexiconError(
                f"{entries[old].place}：“{old}”不再写在用语里；没说就算缺少的，请另写一条 kind: missing"
                "、带 duty 的规则（见 docs/rules.md）"
            )
    if "of_others" in entries:
        found["of_others"] = all_wordings(entries["of_others"])
    if "when" in entries or "conditions" in entries:
        found |= read_logic(entries)
    if "duty" in entries:
        found["duty"] = duty_of(entries, found)
    return found


def _meaning(entries: dict[str, Field]) -> dict[str, Any]:
    """The label whose sentences count, and which of these do not."""
    if "meaning" not in entries:
        return {}
    meant = read_meant(entries["meaning"])
    return {"meaning": meant.label, "meant_unless": meant.unless}


def _alarm(entries: dict[str, Field], kind: str) -> AlarmLevel | None:
    """Whether a finding in a conversation in progress raises an alarm, and whom it reaches."""
    if "alarm" not in entries:
        return None
    if kind in ("missing", "required"):
        raise entries["alarm"].wrong(
            "只写在 forbidden 或 process 规则里：没说的话要到会话结束才知道"
        )
    level: Any = entries["alarm"].choice("wall", "notify")
    return level  # type: ignore[no-any-return]


def _costs(entries: dict[str, Field]) -> dict[str, Any]:
    """What the rule takes, and from when to when."""
    found: dict[str, Any] = {}
    if "points" in entries:
        found["points"] = entries["points"].number(least=0, most=100)
    if "per" in entries:
        found["per"] = entries["per"].choice("hit", "call")
    if "fatal" in entries:
        found["fatal"] = entries["fatal"].flag()
    if "verdict" in entries:
        found["review_only"] = entries["verdict"].choice("review", "confirmed") == "review"
    for key in ("starts", "ends"):
        if key in entries:
            found[key] = entries[key].day()
    if "starts" in found and "ends" in found and found["ends"] < found["starts"]:
        raise entries["ends"].wrong(f"不早于 starts（{found['starts']}）的日期")
    return found


def _examples(field: Field) -> tuple[str, ...]:
    examples = field.texts()
    if len(examples) < 2:
        raise field.wrong("至少两个例句")
    return examples
