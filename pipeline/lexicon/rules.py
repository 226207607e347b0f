"""The rule files: required and forbidden phrases, role cues, inventions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pipeline.errors import LexiconError
from pipeline.lexicon.model import Lexicon, Phrase, Rule
from pipeline.lexicon.reader import Field, digest, read_yaml

LEXICON_FOLDER = Path(__file__).resolve().parents[2] / "lexicons"
"""The lexicons that come with callqa."""

CUES_FILE = "cues.yaml"
INVENTED_FILE = "invented.yaml"
VERSION = "1"

_NEEDED = ("id", "name", "kind", "source", "severity", "role", "phrases", "positive", "negative")
_OPTIONAL = ("exceptions", "negated_by", "phrase", "expected", "within")
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


def load_lexicon(folder: Path = LEXICON_FOLDER) -> Lexicon:
    """The lexicon in a folder: all ``*.yaml`` in it (not below it), whole or not at all.

    Raises ``LexiconError`` in Chinese at the first thing that is wrong.
    """
    files = sorted(folder.glob("*.yaml"))
    rule_files = [file for file in files if file.name not in (CUES_FILE, INVENTED_FILE)]
    rules: dict[str, Rule] = {}
    forbidden: dict[str, str] = {}
    for file in rule_files:
        for field in _top(file, "rules").items():
            rule = _rule(field)
            if rule.id in rules:
                raise LexiconError(f"{file} 第 {field.line} 行：规则编号“{rule.id}”重复，每条规则的编号必须不同")
            for phrase in rule.phrases if rule.kind == "forbidden" else ():
                other = forbidden.setdefault(phrase.say, rule.id)
                if other != rule.id:
                    raise LexiconError(f"{file} 第 {field.line} 行：短语“{phrase.say}”已经在规则“{other}”中")
            rules[rule.id] = rule
    if not rules:
        raise LexiconError(f"{folder}：没有任何规则，应有至少一个含 rules 的 .yaml 文件")
    cues = _cues(folder / CUES_FILE) if (folder / CUES_FILE).exists() else {}
    invented = _top(folder / INVENTED_FILE, "phrases").texts() if (folder / INVENTED_FILE).exists() else ()
    return Lexicon(
        rules=tuple(rules.values()),
        agent_cues=cues.get("agent", {}),
        customer_cues=cues.get("customer", {}),
        inventions=invented,
        version=digest(files),
    )


def _top(file: Path, key: str) -> Field:
    entries = read_yaml(file).mapping(needed=("version", key), known=("version", key))
    entries["version"].choice(VERSION)
    return entries[key]


def _rule(field: Field) -> Rule:
    entries = field.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    rule_id = entries["id"].text()
    if not _ID.fullmatch(rule_id):
        raise entries["id"].wrong("小写字母、数字、下划线，用点分段，例如 forbidden.shirk")
    optional: dict[str, Any] = {}
    if "exceptions" in entries:
        optional["exceptions"] = tuple(map(_bare, entries["exceptions"].items()))
    if "negated_by" in entries:
        optional["negated_by"] = entries["negated_by"].flag()
    if "expected" in entries:
        optional["expected"] = entries["expected"].choice("always", "if_needed")
    if "within" in entries:
        optional["within"] = entries["within"].choice("first", "last", "any")
    kind: Any = entries["kind"].choice("required", "forbidden")
    if kind == "required" and "phrase" not in entries:
        raise LexiconError(f"{field.file} 第 {field.line} 行：规定用语“{rule_id}”缺少“phrase”（结果中显示的名称）")
    severity: Any = entries["severity"].choice("low", "medium", "high")
    role: Any = entries["role"].choice("agent", "customer")
    return Rule(
        id=rule_id,
        name=entries["name"].text(),
        kind=kind,
        source=entries["source"].text(),
        severity=severity,
        role=role,
        phrases=_phrases(entries["phrases"]),
        phrase=entries["phrase"].text() if "phrase" in entries else "",
        positive=_examples(entries["positive"]),
        negative=_examples(entries["negative"]),
        **optional,
    )


def _phrases(field: Field) -> tuple[Phrase, ...]:
    found: dict[str, Phrase] = {}
    for item in field.items():
        if item.is_mapping():
            entries = item.mapping(needed=("say",), known=("say", "word"))
            phrase = Phrase(_bare(entries["say"]), "word" in entries and entries["word"].flag())
        else:
            phrase = Phrase(_bare(item))
        if len(phrase.say) == 1 and not phrase.word:
            raise item.wrong("两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词")
        if phrase.say in found:
            raise item.wrong("不重复的短语")
        found[phrase.say] = phrase
    if not found:
        raise field.wrong("至少一个短语")
    return tuple(found.values())


def _bare(field: Field) -> str:
    """A phrase as it is matched: letters, digits and ideographs only."""
    text = field.text()
    if not all(c.isalnum() for c in text):
        raise field.wrong("不含标点和空格的文字")
    return text


def _examples(field: Field) -> tuple[str, ...]:
    examples = field.texts()
    if len(examples) < 2:
        raise field.wrong("至少两个例句")
    return examples


def _cues(file: Path) -> dict[str, dict[str, float]]:
    entries = read_yaml(file).mapping(needed=("version", "agent", "customer"), known=("version", "agent", "customer"))
    entries["version"].choice(VERSION)
    return {side: _weights(entries[side]) for side in ("agent", "customer")}


def _weights(field: Field) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in field.items():
        entries = item.mapping(needed=("say", "weight"), known=("say", "weight"))
        weights[_bare(entries["say"])] = entries["weight"].number(least=0.1, most=10)
    return weights
