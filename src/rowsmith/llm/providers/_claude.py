"""What each generation of Claude takes, by the version in the model's name.

From Anthropic's documentation as of November 2026: thinking with a budget up to 4.5, adaptive thinking with an effort from 4.6 on; sampling
settings up to 4.6; JSON Schemas (`output_config.format`, without a beta header) from 4.5 on. From 5.5 on, and from 5.1 on for Fable and Mythos,
a tool cannot be forced; Haiku 5.5 can. Fable, Mythos and Opus 5.5 think always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Model

LEAST_BUDGET = 1024
"""Fewest tokens of a thinking budget."""
BUDGETS = {"minimal": 0.0, "low": 0.2, "medium": 0.5, "high": 0.8}
"""Share of max_tokens that a model with a budget may think for."""
EFFORTS = ("low", "medium", "high", "xhigh")
ABSENT = ("frequency_penalty", "presence_penalty", "seed")
"""Settings that the Messages API does not have."""


@dataclass(slots=True, frozen=True)
class Claude:
    """One model. `off` is how it is told not to think; empty where it always does."""

    thinking: Literal["none", "budget", "adaptive"]
    xhigh: bool
    off: Literal["disabled", "between_tools", ""]
    by_default: bool
    sampling: bool
    one_sampling: bool
    schema: bool
    forced: bool

    @classmethod
    def of(cls, name: str) -> Claude:
        """The model of this name. One whose name tells no version is taken for a current one that refuses nothing by itself."""
        known = _version(name)
        if known is None:
            always = "mythos" in name
            return cls("adaptive", True, "" if always else "disabled", always, not always, False, True, True)
        always = "fable" in name or "mythos" in name or ("opus" in name and known >= (5, 5))
        return cls(
            thinking="adaptive" if known >= (4, 6) else "budget" if known >= (3, 7) else "none",
            xhigh=known >= (4, 7),
            off="" if always else "between_tools" if "sonnet" in name and known >= (5, 5) else "disabled",
            by_default=always or known >= (5, 0),
            sampling=known < (4, 7),
            one_sampling=known >= (4, 1),
            schema=known >= (4, 5),
            forced="haiku" in name or known <= (5, 0),
        )

    def thinks(self, model: Model) -> bool:
        """Whether it thinks before it answers, with these settings."""
        return self.by_default if model.reasoning_effort is None else model.reasoning_effort != "none"

    def effort(self, model: Model) -> dict[str, Any]:
        """The fields for reasoning_effort, which is one that it has."""
        level = model.reasoning_effort
        if level is None:
            return {}
        if level == "none":
            return {"thinking": {"type": self.off}}
        if self.thinking == "adaptive":
            return {"thinking": {"type": "adaptive"}, "output_config": {"effort": level}}
        return {"thinking": {"type": "enabled", "budget_tokens": max(LEAST_BUDGET, int(BUDGETS[level] * model.max_tokens))}}

    def refused(self, model: Model) -> Iterator[tuple[str, Invalid]]:
        """The settings that it does not take."""
        yield from ((name, Invalid(f"Anthropic's API has no {name}.", "Leave it out.")) for name in ABSENT if getattr(model, name) is not None)
        yield from self._sampling(model)
        yield from self._effort(model)
        if model.token_field not in (None, "max_tokens"):
            yield "token_field", Invalid(f"Anthropic's API does not know {model.token_field}.", "It takes max_tokens; leave token_field out.")
        yield from self._answers(model)

    def _sampling(self, model: Model) -> Iterator[tuple[str, Invalid]]:
        given = {name: value for name in ("temperature", "top_p") if (value := getattr(model, name)) is not None}
        thinking = self.thinks(model)
        for name, value in given.items():
            if not self.sampling:
                yield name, Invalid(f"{model.name} takes no {name}.", "Leave it out; the models from 4.7 on choose themselves.")
            elif name == "temperature" and value > 1:
                yield name, Invalid(f"Anthropic's API takes temperature up to 1, not {value:g}.", "Give a smaller one.")
            elif name == "temperature" and thinking and value != 1:
                yield name, Invalid(f"{model.name} takes no temperature while it thinks.", "Leave out temperature, or reasoning_effort.")
            elif name == "top_p" and thinking and value < 0.95:
                yield name, Invalid(f"{model.name} takes top_p from 0.95 on while it thinks.", "Leave out top_p, or reasoning_effort.")
        if self.sampling and self.one_sampling and len(given) == 2:
            yield "top_p", Invalid(f"{model.name} takes temperature or top_p, not both.", "Leave one of them out.")

    def _effort(self, model: Model) -> Iterator[tuple[str, Invalid]]:
        level = model.reasoning_effort
        if level is None:
            return
        least = (*BUDGETS,) if self.thinking == "budget" else tuple(effort for effort in EFFORTS if self.xhigh or effort != "xhigh")
        known = () if self.thinking == "none" else (*(("none",) if self.off else ()), *least)
        if level not in known:
            fix = f"It has {', '.join(known)}." if known else "Leave it out."
            yield "reasoning_effort", Invalid(f"{model.name} has no reasoning_effort {level!r}.", fix)
        elif self.thinking == "budget" and level != "none" and model.max_tokens <= LEAST_BUDGET:
            what = f"{model.name} thinks for at least {LEAST_BUDGET:,} tokens of max_tokens, which is {model.max_tokens:,}."
            yield "max_tokens", Invalid(what, "Set max_tokens higher: thinking and answer share it.")

    def _answers(self, model: Model) -> Iterator[tuple[str, Invalid]]:
        if model.answers == "object":
            yield "answers", Invalid("Anthropic's API has no JSON mode.", "Set answers to schema, tools, json or auto.")
        elif model.answers == "schema" and not self.schema:
            yield "answers", Invalid(f"{model.name} takes no JSON Schema.", "Set answers to tools, json or auto.")
        elif model.answers == "tools" and not self.may_force(model):
            when, also = (" while it thinks", ", or reasoning_effort to none") if self.forced and self.off else ("", "")
            yield "answers", Invalid(f"{model.name} cannot be made to call a tool{when}.", f"Set answers to schema{also}.")

    def may_force(self, model: Model) -> bool:
        """Whether it can be made to call a tool."""
        return self.forced and not self.thinks(model)


def _version(name: str) -> tuple[int, int] | None:
    """The version in a name such as claude-opus-4-7, claude-3-7-sonnet-20250219 or claude-haiku-4-5@20251001."""
    found = re.search(r"(?<![\d.])(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)", name)
    return (int(found[1]), int(found[2] or 0)) if found else None
