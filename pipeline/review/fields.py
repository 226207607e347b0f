"""Types and bounds of the fields of a review action, the same in a form and in JSON."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

LONGEST = 2000
"""Characters of a text that a person writes (our choice)."""

ChannelNumber = Annotated[int, Field(ge=0, le=64)]
SecondsValue = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
PointsValue = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=LONGEST)]
ReasonText = Annotated[str, Field(min_length=1, max_length=LONGEST)]
QuoteText = Annotated[str, Field(max_length=200)]
ItemId = Annotated[str, Field(min_length=1, max_length=200)]
UserName = Annotated[str, Field(max_length=100)]

DecisionName: TypeAlias = Literal["confirmed", "refused", "open"]
GradeName: TypeAlias = Literal["calm", "raised", "flat"]
MarkName: TypeAlias = Literal["good", "coaching"]
ToneRole: TypeAlias = Literal["agent", "customer"]
