"""A Prompt as it is kept: its text and system text, the variables that it declares, examples, and how a model is to be asked with it.

What is sent is text in which the values of variables stand (`filled`): what the recipe gives, else a variable's default; what is left is
filled in from each row. Few-shot examples stand where `{{ examples }}` says or a loop goes through them, else above the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rowsmith.core import prompt
from rowsmith.core.errors import Invalid, choose
from rowsmith.core.ids import cleaned
from rowsmith.core.models import Model
from rowsmith.core.variables import Variable, finite

EXAMPLES = "examples"
"""The variable that stands for the examples."""
PARAMETERS = (
    "temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed", "stop", "reasoning_effort",
)  # fmt: skip
"""Settings of a model that a prompt may ask for; what the recipe says of its model goes before."""
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


class Example(BaseModel):
    """A few-shot example: what comes in, and what the answer to it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Any = Field(description="What comes in: text, or any JSON value.")
    answer: Any = Field(description="The answer to it: text, or any JSON value.")


@dataclass(frozen=True, slots=True)
class Filled:
    """The texts that a step is given: those variables are left that each row fills."""

    system: str
    text: str


class Prompt(BaseModel):
    """What one version of a prompt says. Line breaks are made `\\n`, and lone surrogates U+FFFD."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("", max_length=200, description="What people call it.")
    description: str = Field("", description="What it is for.")
    tags: list[str] = Field(default_factory=list, description="Words by which it is found.")
    author: str = Field("", max_length=200, description="Who wrote it.")
    licence: str = Field("", max_length=200, description="Terms under which it may be used, for example CC-BY-4.0.")
    variables: dict[str, Variable] = Field(default_factory=dict, description="The variables of its texts, by name.")
    parameters: dict[str, Any] = Field(default_factory=dict, description=f"How a model is to be asked: {', '.join(PARAMETERS)}.")
    system: str = Field("", description="The system text; empty for none.")
    examples: list[Example] = Field(default_factory=list, description="Few-shot examples: input and answer.")
    text: str = Field(min_length=1, description="What is asked: the user's text.")

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, data: Any) -> Any:
        return _plain(data) if isinstance(data, dict) else data

    @field_validator("variables")
    @classmethod
    def _names(cls, given: dict[str, Variable]) -> dict[str, Variable]:
        for name in given:
            if not _VARIABLE.fullmatch(name) or name == EXAMPLES:
                why = "the examples stand there" if name == EXAMPLES else "use letters, digits and _, a letter first"
                raise ValueError(f"{name!r} cannot be the name of a variable: {why}")
        return given

    @field_validator("parameters")
    @classmethod
    def _known(cls, given: dict[str, Any]) -> dict[str, Any]:
        for name in given:
            if name not in PARAMETERS:
                raise ValueError(f"there is no parameter {name!r}. {choose(name, PARAMETERS)}")
        try:
            Model.model_validate({"model": "any/model", **given})
        except ValidationError as error:
            told = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, told['loc']))}: {told['msg']}") from None
        return given

    @field_validator("text", "system")
    @classmethod
    def _readable(cls, given: str) -> str:
        try:
            prompt.parse(given)
        except Invalid as error:
            raise ValueError(str(error)) from None
        return given

    @model_validator(mode="after")
    def _shows(self) -> Prompt:
        for one in (self.text, self.system):
            try:
                self._examples(one)
            except Invalid as error:
                raise ValueError(str(error)) from None
        return self

    def dump(self) -> dict[str, Any]:
        """As plain data, defaults left out, in the order in which it is written."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def used(self) -> frozenset[str]:
        """The variables that its texts use, but for the examples'."""
        return (prompt.parse(self.text).variables | prompt.parse(self.system).variables) - {EXAMPLES}

    def filled(self, values: Mapping[str, Any] | None = None) -> Filled:
        """The texts with what is known beforehand: `values`, else defaults, and the examples. `None` leaves a variable to the rows.

        Raises:
            Invalid: there is no such variable, or its value is not what it declares; with every one of them.
        """
        given = dict(values or {})
        if problems := self.value_problems(given):
            raise Invalid(" ".join(problems), f"Its variables: {', '.join(sorted({*self.used, *self.variables})) or 'none'}.")
        known = {name: "" if one.optional else one.default for name, one in self.variables.items() if one.optional or one.default is not None}
        known = {name: value for name, value in {**known, **given}.items() if value is not None}
        text, system = (prompt.fixed(one, {**known, EXAMPLES: self._examples(one)}) for one in (self.text, self.system))
        shown = "" if any(EXAMPLES in prompt.parse(one).variables for one in (self.text, self.system)) else example_text(self.examples)
        return Filled(system, prompt.above(shown, text) if shown else text)

    def _examples(self, text: str) -> Any:
        """What stands for them in a text: a list where the text looks into them, else text.

        Raises:
            Invalid: it does both.
        """
        found = prompt.parse(text)
        if EXAMPLES not in found.opened:
            return example_text(self.examples)
        if EXAMPLES in found.printed:
            what = "The prompt prints {{ examples }}, which is text, and looks into them as a list, too."
            raise Invalid(what, "Keep one: {{ examples }}, or {% for example in examples %} with {{ example.input }} and {{ example.answer }}.")
        return [one.model_dump(mode="json") for one in self.examples]

    def value_problems(self, values: Mapping[str, Any]) -> list[str]:
        """What is wrong with values for its variables, a sentence each."""
        names = {*self.used, *self.variables}
        out = [f"It has no variable {name!r}." for name in values if name not in names]
        for name, one in self.variables.items():
            if name in values and values[name] is not None and (wrong := one.problem(values[name])):
                out.append(f"Its variable {name!r} is given {values[name]!r}, which {wrong}.")
        return out


def example_text(examples: Sequence[Example]) -> str:
    """The examples as a model reads them; empty where there are none."""
    if not examples:
        return ""
    return "\n\n".join(["Examples:", *(f"Input: {_shown(one.input)}\nAnswer: {_shown(one.answer)}" for one in examples)])


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _plain(value: Any) -> Any:
    """JSON values with line breaks of one kind, and nothing that JSON has no form for."""
    if isinstance(value, str):
        return cleaned(value).replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, dict):
        return {_plain(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if not finite(value):
        raise ValueError("a number is not finite")
    return cleaned(value)
