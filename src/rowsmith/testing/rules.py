"""Scripted answers: rules that match a request and say what to answer, in Python or in a YAML or JSON file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator

from rowsmith.core.errors import Invalid
from rowsmith.testing.request import Reply, Request, as_reply


class Rule(BaseModel):
    """One rule: when every condition that is given holds, the request is answered so. The first rule that matches wins.

    A rule without `answer` gives only a fault or a latency; the answer comes from elsewhere.
    """

    model_config = ConfigDict(extra="forbid")

    contains: str | None = Field(None, description="Text that the last user message contains.")
    matches: str | None = Field(None, description="Regular expression to be found in the last user message.")
    model: str | None = Field(None, description="The model asked for.")
    times: PositiveInt | None = Field(None, description="Only the first so many arrivals of a request body.")
    answer: Any = Field(None, description="A text, or any JSON value, which is sent as JSON text.")
    finish: str = Field("stop", description="Finish reason: stop, length, tool_calls, content_filter.")
    latency: float | None = Field(None, ge=0, description="Seconds until the answer.")
    fault: str | None = Field(None, description="Name of a fault; `ok` for none.")

    @field_validator("matches")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value

    def applies(self, request: Request) -> bool:
        """Whether every condition holds."""
        return (
            (self.times is None or request.nth <= self.times)
            and (self.model is None or request.model == self.model)
            and (self.contains is None or self.contains in request.text)
            and (self.matches is None or re.search(self.matches, request.text) is not None)
        )

    def reply(self) -> Reply | None:
        """The scripted reply; None keeps the default answer."""
        if self.answer is None:
            return None
        reply = as_reply(self.answer)
        reply.finish = self.finish
        return reply


def when(contains: str, answer: Any = None, **more: Any) -> Rule:
    """A rule for requests whose last user message contains a text: `when("Paris", {"input": "...", "answer": "..."})`."""
    return Rule(contains=contains, answer=answer, **more)


def read_rules(path: str | Path) -> list[Rule]:
    """The rules of a YAML or JSON file: a list of rules, or a mapping with the key `rules`.

    Raises:
        Invalid: the file cannot be read or holds something else.
    """
    import yaml

    try:
        value = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        value = value["rules"] if isinstance(value, dict) else value
        return [Rule.model_validate(item) for item in value]
    except OSError as error:
        raise Invalid(f"The rules file {path} cannot be read: {error.strerror}.", "Give the path of a YAML or JSON file.") from None
    except (yaml.YAMLError, KeyError, TypeError, ValidationError, UnicodeDecodeError) as error:
        fix = "It holds a list of rules, each with conditions (contains, matches, model, times) and answer, fault or latency."
        raise Invalid(f"The rules file {path} is not usable: {error}", fix) from None
