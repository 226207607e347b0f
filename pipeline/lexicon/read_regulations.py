"""Read ``regulations.yaml``, and refuse sources that cite what is not there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import yaml

from pipeline.errors import LexiconError
from pipeline.lexicon.reader import Field, read_yaml
from pipeline.lexicon.regulations import OUR_CHOICE, Clause, Regulation, Regulations
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGULATIONS_FILE = "regulations.yaml"
VERSION = "1"
_NEEDED = ("name", "title")
_OPTIONAL = ("about", "clauses")


def load_regulations(folder: Path | None = None) -> Regulations:
    """The documents of a lexicon's folder; of one that has no ``regulations.yaml``, and without a
    folder, those that come with callqa. Raises ``LexiconError`` in Chinese."""
    file = folder / REGULATIONS_FILE if folder else None
    return _read(file) if file and file.exists() else _shipped()


@cache
def _shipped() -> Regulations:
    return _read(shipped_folder("lexicons") / REGULATIONS_FILE)


def read_source(field: Field, regulations: Regulations) -> str:
    """A source as it is written. Raises ``LexiconError`` where it cites a clause that a document
    has not."""
    source = field.text()
    for part in regulations.read(source):
        if part.document is not None and not part.is_known:
            raise _unknown(field, part.document, part.at)
    return source


def check_sources(top: Field, regulations: Regulations) -> None:
    """Raises as ``read_source`` at the first source inside a file that is wrong."""
    for field in _sources(top):
        read_source(field, regulations)


def _sources(field: Field) -> Iterator[Field]:
    if isinstance(field.node, yaml.SequenceNode):
        for item in field.items():
            yield from _sources(item)
    elif isinstance(field.node, yaml.MappingNode) and field.node.value:
        for name, value in field.entries():
            if name == "source":
                yield value
            else:
                yield from _sources(value)


def _unknown(field: Field, document: Regulation, at: str) -> LexiconError:
    near = "、".join(f"{document.name} {one}" for one in document.near(at))
    meant = f"（是不是 {near}？）" if near else ""
    return LexiconError(
        f"{field.place}：依据“{document.name} {at}”不对，《{document.title}》没有这一条{meant}；"
        f"应为 {REGULATIONS_FILE} 列出的条款，说明写在后面的括号里，没有条款可依的写 {OUR_CHOICE}: 理由"
    )


def _read(file: Path) -> Regulations:
    entries = read_yaml(file).mapping(
        needed=("version", "documents"), known=("version", "documents")
    )
    entries["version"].choice(VERSION)
    documents: dict[str, Regulation] = {}
    for field in entries["documents"].items():
        document = _document(field)
        if document.name in documents:
            raise LexiconError(f"{field.place}：简称“{document.name}”重复，每份规定的简称必须不同")
        documents[document.name] = document
    return Regulations(tuple(documents.values()))


def _document(field: Field) -> Regulation:
    entries = field.mapping(needed=_NEEDED, known=_NEEDED + _OPTIONAL)
    clauses: dict[str, Clause] = {}
    for item in entries["clauses"].items() if "clauses" in entries else ():
        own = item.mapping(needed=("at", "gist"), known=("at", "gist"))
        clause = Clause(own["at"].text(), own["gist"].text())
        if clause.at in clauses:
            raise LexiconError(f"{item.place}：条款“{clause.at}”重复，只能写一次")
        clauses[clause.at] = clause
    return Regulation(
        entries["name"].text(),
        entries["title"].text().strip("《》"),
        tuple(clauses.values()),
        entries["about"].text() if "about" in entries else "",
    )
