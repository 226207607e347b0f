"""Parts that several routes of the API share: parameters, refusals, pages, masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer

from pipeline.privacy import mask_text
from pipeline.review.api import models

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {
        "model": models.ErrorMessage,
        "description": "No token, or one that is unknown, too old or revoked.",
    },
    403: {"model": models.ErrorMessage, "description": "The token's user has no right to this."},
    404: {
        "model": models.ErrorMessage,
        "description": "There is no such thing, or not for this user.",
    },
    422: {"model": models.Invalid, "description": "The request is not as described here."},
}
REFUSED: dict[int | str, dict[str, Any]] = {
    400: {
        "model": models.ErrorMessage,
        "description": "It cannot be done; the detail says why, in Chinese.",
    }
}
MASKED: dict[int | str, dict[str, Any]] = {
    409: {
        "model": models.ErrorMessage,
        "description": "The text of a sentence whose personal data is masked for the token's user.",
    }
}

MOST = 200
Id = Annotated[int, Path(ge=1, lt=2**53)]
LimitQuery = Annotated[int, Query(ge=1, le=MOST, description="Entries of a page.")]
After = Annotated[str | None, Query(max_length=300, description="`next` of the page before.")]
AfterId = Annotated[
    str | None, Query(pattern=r"^[1-9]\d{0,14}$", description="`next` of the page before.")
]
MonthField = Annotated[
    str | None, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", description="Such as 2026-11.")
]
PeriodField = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}(-W\d\d|-Q[1-4]|-\d\d(-\d\d)?)?$",
        description="Such as 2026-W47, 2026-11, 2026-Q3 or 2026; goes before `month`.",
    ),
]
Day = Annotated[date | None, Query(ge=date(1970, 1, 1), le=date(2200, 1, 1))]
PointsQuery = Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False)]
WordQuery = Annotated[str | None, Query(max_length=200)]
RowT = TypeVar("RowT")

bearer = HTTPBearer(auto_error=False, description="A token that is made under 我的账号.")
BY_TOKEN = Depends(bearer)


def refuse_unknown(request: Request) -> None:
    """A filter whose name is wrong would be left out, and its caller believe what was not asked.
    Raises ``RequestValidationError``."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        told = f"unknown parameter; expected one of {', '.join(sorted(known)) or 'none'}"
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name), "msg": told} for name in unknown]
        )


CHECKED = [BY_TOKEN, Depends(refuse_unknown)]


def cut(
    rows: Sequence[RowT], limit: int, name: Callable[[RowT], str]
) -> tuple[list[RowT], str | None]:
    """A page, and the name of its end where more follows."""
    return list(rows[:limit]), name(rows[limit - 1]) if len(rows) > limit else None


def fields(value: object, model: type[models.Model]) -> dict[str, Any]:
    """A value's fields that a model has, personal data masked; numbers and names of fields stay."""
    return {name: masked(getattr(value, name)) for name in model.model_fields}


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_text(value, said=False)
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    if isinstance(value, dict):
        return {name: one if name in UNMASKED else masked(one) for name, one in value.items()}
    return value


UNMASKED = frozenset({"sha256", "rule", "before", "after", "seed"})
"""Of details: digests and the like, in which digits mean nobody."""
