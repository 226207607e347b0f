"""The published result format: a ``CallResult`` as plain JSON values and back (see docs/result.md)."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from importlib import resources
from typing import Any

from pipeline.types import SCHEMA_VERSION, CallResult

DIGITS = 3
"""Decimals of seconds, points and probabilities; a millisecond is finer than anything measured here."""


def result_to_dict(result: CallResult) -> dict[str, Any]:
    """The result as JSON values: tuples are lists, unknown is ``None``, floats have ``DIGITS`` decimals."""
    return {"schema": SCHEMA_VERSION, **_plain(result)}


def result_from_dict(data: dict[str, Any]) -> CallResult:
    """The result that was written as ``data``. Raises ``ValueError`` with the path to a bad value."""
    if data.get("schema") != SCHEMA_VERSION:
        raise ValueError(f"schema: {data.get('schema')!r} is not {SCHEMA_VERSION}, the version this callqa reads")
    result: CallResult = _typed(CallResult, {k: v for k, v in data.items() if k != "schema"}, "result")
    return result


def load_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one result."""
    text = resources.files("pipeline.report").joinpath("result.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    return value


def _typed(wanted: Any, value: Any, where: str) -> Any:
    """``value`` as an instance of the annotation ``wanted``."""
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        if not isinstance(value, dict):
            raise ValueError(f"{where}: {value!r} is not an object")
        hints = typing.get_type_hints(wanted)
        names = [field.name for field in dataclasses.fields(wanted)]
        missing = [name for name in names if name not in value]
        if missing:
            raise ValueError(f"{where}.{missing[0]}: is missing")
        return wanted(**{name: _typed(hints[name], value[name], f"{where}.{name}") for name in names})
    origin, args = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{where}: {value!r} is not a list")
        return tuple(_typed(args[0], member, f"{where}[{i}]") for i, member in enumerate(value))
    if origin is types.UnionType:
        return None if value is None else _typed(next(a for a in args if a is not type(None)), value, where)
    if origin is typing.Literal:
        if value not in args:
            raise ValueError(f"{where}: {value!r} is not one of {', '.join(map(repr, args))}")
        return value
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted):
        raise ValueError(f"{where}: {value!r} is not {wanted.__name__}")
    return value
