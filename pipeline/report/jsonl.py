"""The published result format: a ``CallResult`` as plain JSON values and back (see
docs/result.md)."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pipeline.types import SCHEMA_VERSION, CallResult, from_plain, to_plain

DIGITS = 3
"""Decimals of seconds, points and probabilities. A millisecond is finer than any measure here."""


def result_to_dict(result: CallResult) -> dict[str, Any]:
    """The result as JSON values: tuples are lists, unknown is ``None``, floats have ``DIGITS``
    decimals."""
    return {"schema": SCHEMA_VERSION, **to_plain(result, digits=DIGITS)}


def result_from_dict(data: dict[str, Any]) -> CallResult:
    """Read a result from ``data``. Raises ``ValueError`` with the path to a bad value."""
    if data.get("schema") != SCHEMA_VERSION:
        raise ValueError(
            f"schema: {data.get('schema')!r} is not {SCHEMA_VERSION}, the version this callqa reads"
        )
    result: CallResult = from_plain(
        CallResult, {k: v for k, v in data.items() if k != "schema"}, "result"
    )
    return result


def load_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one result."""
    text = (
        resources.files("pipeline.report")
        .joinpath("result.schema.json")
        .read_text(encoding="utf-8")
    )
    schema: dict[str, Any] = json.loads(text)
    return schema
