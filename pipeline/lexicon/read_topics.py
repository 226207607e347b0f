"""Read the files of topics in ``topics/``, and refuse those that cannot be right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.read_phrases import read_wordings
from pipeline.lexicon.reader import Field, read_yaml
from pipeline.lexicon.topics import Topic, TopicFile, Trade
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

TOPICS_FOLDER = "topics"
VERSION = "1"
LEAST_CHARS = 2
"""A phrase of one character is in too many words (our choice)."""

_GENERAL = ("version", "topics")
_OF_TRADE = (*_GENERAL, "trade", "queues", "signs")
_NEEDED = ("id", "name", "phrases")
_KNOWN = (*_NEEDED, "matter", "by", "alone", "asks")


def topic_paths(folder: Path) -> tuple[Path, ...]:
    """The files of topics of a lexicon's folder; of one that has no ``topics/``, those that come
    with callqa."""
    own = folder / TOPICS_FOLDER
    return tuple(sorted((own if own.is_dir() else _shipped()).glob("*.yaml")))


def load_topics(folder: Path) -> TopicFile:
    """The topics of a lexicon's folder, whole or not at all. Raises ``LexiconError`` in Chinese."""
    tops = [(path, *_read_top(path)) for path in topic_paths(folder)]
    general: list[Topic] = []
    for _, entries, is_trade in tops:
        if not is_trade:
            general += [_topic(field) for field in entries["topics"].items()]
    matters = tuple(topic.name for topic in general)
    trades: dict[str, Trade] = {}
    for _, entries, is_trade in tops:
        if is_trade:
            if not matters:
                raise LexiconError(
                    f"{entries['trade'].place}：还没有通用话题（不写 trade 的文件，如 general.yaml），行业话题要归到它们里面"
                )
            trade = _trade(entries, matters)
            if trade.name in trades:
                raise entries["trade"].wrong("还没有文件的行业；同一个行业请写在一个文件里")
            trades[trade.name] = trade
    found = TopicFile(tuple(general), tuple(trades.values()))
    _refuse_twice(found)
    return found


def _shipped() -> Path:
    return shipped_folder("lexicons") / TOPICS_FOLDER


def _read_top(path: Path) -> tuple[dict[str, Field], bool]:
    """The entries of a file, and whether it is of a trade."""
    top = read_yaml(path)
    entries = top.mapping(needed=_GENERAL, known=_OF_TRADE)
    entries["version"].choice(VERSION)
    is_trade = "trade" in entries
    if is_trade and "signs" not in entries and "queues" not in entries:
        raise LexiconError(
            f"{entries['trade'].place}：写了 trade（行业），就要写 signs（行业用词）或 queues（队列），否则不知道哪些通话属于它"
        )
    for key in ("queues", "signs"):
        if key in entries and not is_trade:
            raise LexiconError(
                f"{entries[key].place}：{key} 只写在行业文件里，请在文件开头加上 trade: 行业名称"
            )
    return entries, is_trade


def _trade(entries: dict[str, Field], matters: tuple[str, ...]) -> Trade:
    name = entries["trade"].text()
    topics = []
    for field in entries["topics"].items():
        topic = replace(_topic(field, matters), trade=name)
        topics.append(topic)
    return Trade(
        name,
        entries["queues"].texts() if "queues" in entries else (),
        _phrases(entries["signs"]) if "signs" in entries else (),
        tuple(topics),
    )


def _topic(field: Field, matters: tuple[str, ...] | None = None) -> Topic:
    """A topic; ``matters``: names of the general topics, ``None`` for a general topic."""
    of_trade = matters is not None
    known = (*_NEEDED, "matter", "by") if of_trade else (*_NEEDED, "by", "alone", "asks")
    for key in field.entries():
        if key[0] in _KNOWN and key[0] not in known:
            raise LexiconError(
                f"{key[1].place}：{key[0]} 只写在{'通用' if of_trade else '行业'}话题里"
            )
    entries = field.mapping(needed=(*_NEEDED, "matter") if of_trade else _NEEDED, known=known)
    name = entries["name"].text()
    by: Any = entries["by"].choice("agent", "customer", "both") if "by" in entries else "both"
    return Topic(
        entries["id"].text(),
        name,
        entries["matter"].choice(*matters) if matters is not None else name,
        _phrases(entries["phrases"]),
        by=by,
        alone="alone" in entries and entries["alone"].flag(),
        asks="asks" in entries and entries["asks"].flag(),
        at=field.place,
    )


def _phrases(field: Field) -> tuple[str, ...]:
    """Phrases with their notation expanded, each wording once. At least one is needed."""
    found: dict[str, None] = {}
    for item in field.items():
        for say in read_wordings(item):
            if len(say) < LEAST_CHARS:
                raise item.wrong("两个字以上的短语，单字会误伤别的词")
            found[say] = None
    if not found:
        raise field.wrong("至少一个短语")
    return tuple(found)


def _refuse_twice(found: TopicFile) -> None:
    ids: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}
    for topic in found.all:
        if topic.id in ids:
            raise LexiconError(f"{topic.at}：话题编号“{topic.id}”重复，已经写在 {ids[topic.id]}")
        if (topic.trade, topic.name) in names:
            other = names[topic.trade, topic.name]
            raise LexiconError(f"{topic.at}：话题名称“{topic.name}”重复，已经写在 {other}")
        ids[topic.id] = names[topic.trade, topic.name] = topic.at
