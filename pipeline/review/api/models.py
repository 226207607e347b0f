"""What requests and answers of the API share, and its errors."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.review.fields import SecondsValue
from pipeline.types import Kind, Role

NameText = Annotated[str, Field(max_length=200)]


class Model(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="forbid")


class ErrorMessage(Model):
    """The fault, in Chinese."""

    detail: str


class Wrong(Model):
    where: str
    what: str


class Invalid(Model):
    """The places of the request that are not as described."""

    detail: list[Wrong] | str


class FindingName(Model):
    """The key of a finding, as in the result: it names the finding after a rescore too."""

    rule: NameText
    kind: Kind
    role: Role
    start_s: SecondsValue
    end_s: SecondsValue
    phrase: Annotated[str, Field(max_length=500)] = ""
