"""What is sent to be done, as every request has it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from rowsmith.core.ids import cleaned


class Body(BaseModel):
    """A request: unknown fields are refused, and halves of characters that JSON can hold and nothing else can are made U+FFFD."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, said: Any) -> Any:
        return cleaned(said)
