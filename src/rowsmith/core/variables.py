"""The variables of a prompt as it declares them: what may stand for each, and where its value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Type = Literal["text", "integer", "number", "boolean", "list", "mapping"]

_CLASSES: Mapping[str, tuple[type, ...]] = {
    "text": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "list": (list,), "mapping": (dict,),
}  # fmt: skip
_MEASURED = ("text", "integer", "number", "list")


class Variable(BaseModel):
    """A declared variable. It is required, unless it has a `default`, is `optional`, or is to be expanded (`expand`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    help: str = Field("", description="What it is, in a few words.")
    type: Type | None = Field(None, description="What its value is: text, integer, number, boolean, list or mapping. Default: anything.")
    min: int | float | None = Field(None, description="Smallest number; of text and lists the smallest length.")
    max: int | float | None = Field(None, description="Largest number; of text and lists the largest length.")
    choices: list[Any] | None = Field(None, min_length=1, description="The only values that it may have.")
    default: Any = Field(None, description="Value where the recipe gives none. The rows are not asked for it then.")
    optional: bool = Field(False, description="Whether it may stay unset; nothing stands in its place then.")
    expand: list[Any] | None = Field(None, min_length=1, description="Values of which each row has one: the prompt is meant for all of them.")

    @property
    def required(self) -> bool:
        """Whether somebody has to give its value: the recipe or the row."""
        return self.default is None and not self.optional and self.expand is None

    def problem(self, value: Any) -> str:
        """What is wrong with a value, as the end of a sentence; empty when it may stand for the variable."""
        if self.type is not None and (not isinstance(value, _CLASSES[self.type]) or (self.type in ("integer", "number") and isinstance(value, bool))):
            return f"is not of type {self.type}"
        size = len(value) if isinstance(value, str | list) else value
        if isinstance(size, int | float) and not isinstance(size, bool):
            unit = {"text": " characters", "list": " entries"}.get(self.type or "", "")
            if self.min is not None and size < self.min:
                return f"is below the smallest, {self.min:g}{unit}"
            if self.max is not None and size > self.max:
                return f"is above the largest, {self.max:g}{unit}"
        if self.choices is not None and not any(_same(value, choice) for choice in self.choices):
            return f"is none of {', '.join(map(str, self.choices))}"
        return ""

    @model_validator(mode="after")
    def _agrees(self) -> Variable:
        ways = [way for way, given in (("default", self.default is not None), ("optional", self.optional), ("expand", self.expand)) if given]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)} say in different ways where its value comes from; keep one")
        if (self.min is not None or self.max is not None) and self.type not in _MEASURED:
            raise ValueError(f"min and max need a type that can be measured: {', '.join(_MEASURED)}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        given = [] if self.default is None else [("default", self.default)]
        for name, value in [*given, *(("choices", one) for one in self.choices or ()), *(("expand", one) for one in self.expand or ())]:
            if wrong := self.problem(value):
                raise ValueError(f"{name}: {value!r} {wrong}")
        return self


def finite(value: Any) -> bool:
    """Whether a JSON value holds finite numbers alone."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    return not isinstance(value, list) or all(map(finite, value))


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
