"""The description of the programming interface: OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from pipeline import __version__
from pipeline.report import load_schema
from pipeline.review.api.call_models import RESULT_SCHEMA

RESULT = "CallResult"


def describe(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Of these routes, with the published result format where results are."""
    openapi = get_openapi(
        title="callqa",
        version=__version__,
        summary="Quality checks of recorded service calls",
        description="What people do on the review pages, for other programs. Personal data is always masked.",
        routes=list(routes),
    )
    described: dict[str, Any] = _with_result(openapi)
    result = load_schema()
    result.pop("$schema", None)
    described["components"]["schemas"][RESULT] = result
    return described


def _with_result(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_result(one) for one in node]
    if not isinstance(node, dict):
        return node
    if RESULT_SCHEMA in node:
        return {"$ref": f"#/components/schemas/{RESULT}"}
    return {name: _with_result(one) for name, one in node.items()}
