"""How values stand in a row: a noun by its fields, and lists as JSON text."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.types import CallTopic, Finding, Quote, Reason, ScoreItem, Settlement, Utterance

DbRow: TypeAlias = dict[str, Any]

Noun = TypeVar("Noun")


def flat(
    noun: Utterance | Finding | Quote | ScoreItem | Reason | CallTopic | Settlement,
) -> DbRow:
    """The fields of a noun as they are. ``asdict`` copies each value deeply and takes thirty times
    as long."""
    return {name: getattr(noun, name) for name in field_names(type(noun))}  # type: ignore[arg-type]  # mypy: a type is hashable


@lru_cache
def field_names(noun: type) -> tuple[str, ...]:
    """The fields of a dataclass."""
    return tuple(f.name for f in fields(noun))


def json_text(value: object) -> str:
    """Short JSON, with Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_fields(noun: Callable[..., Noun], row: Mapping[str, Any]) -> Noun:
    """A flat dataclass from the columns with its fields' names."""
    return noun(**{name: row[name] for name in field_names(noun)})
