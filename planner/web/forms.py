"""The bodies of requests: what all of them share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LONGEST_NAME, LONGEST_TEXT = 20_000, 20_000
# The largest number that every database keeps in an identity.
LARGEST_ID = 2**31 - 1


def refuse_unkept(text: str) -> str:
    """Refuse what no database keeps as text: NUL, and halves of characters."""
    if "\0" in text:
        message = "a text may not hold the character NUL"
        raise ValueError(message)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        message = "a text may not hold half a character (a lone surrogate)"
        raise ValueError(message)
    return text


Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(refuse_unkept)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(refuse_unkept)]
Identity = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Revision = Annotated[int | None, Field(ge=0, le=LARGEST_ID, description="As it was seen.")]


class Form(BaseModel):
    """The base of every request's body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
