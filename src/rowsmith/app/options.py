"""What a run is asked for beyond its recipe, and what the same command asks of it anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any

from rowsmith.core.calls import PICO
from rowsmith.core.errors import Invalid
from rowsmith.core.prompt import parse
from rowsmith.core.recipe import Recipe
from rowsmith.core.slots import NOT_RECORDED
from rowsmith.core.step import PROMPT
from rowsmith.engine.prompt_files import Found
from rowsmith.store.datasets import check_name
from rowsmith.store.runs import Asked, PromptUse, Run

Cites = tuple[tuple[str, ...], ...]
"""The ids of rows that each row of a recipe cites."""
ON, AGAIN = "on", "again"
"""How a worker goes on with a run that is left to it: with what is still to be done, or with rows that failed, too."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for beyond its recipe. Money in US dollars. `past`: (target, limit, attempts, retry_failed, offline) of each
    carrying-out so far, the last one included: a rebuild goes the same way. `prices`: those known of the models when it began, by role; a
    later table changes nothing. `live`: roles that are asked live in spite of `batch`, as their providers have no batch API. `refreshes`: the
    recipe's fingerprint, where rows that it made of its sources as they were and does not make again are to go. `compares`: the runs whose rows
    stand in pairs in the recipe, for a judge. `cites`: for each row that stands in the recipe, the ids of the rows that it cites. `queued`: it is
    left to a worker (ON or AGAIN), which also takes it up again when its process ended."""

    into: str
    target: int | None = None
    limit: int | None = None
    attempts: float = 3.0
    budget_usd: float | None = None
    budget_tokens: int | None = None
    fresh: int = 0
    replace: bool = False
    commit: bool = True
    commit_partial: bool = False
    offline: bool = False
    past: tuple[tuple[int | None, int | None, float, bool, bool], ...] = ()
    base: str = ""
    prices: dict[str, dict[str, Any]] = field(default_factory=dict)
    batch: bool = False
    batch_only: bool = False
    deadline_s: float | None = None
    live: tuple[str, ...] = ()
    refreshes: str = ""
    compares: tuple[str, ...] = ()
    cites: Cites = ()
    queued: str = ""

    @classmethod
    def of(cls, run: Run) -> Options:
        """What the run was last asked for."""
        return cls(**{**run.options, "past": tuple(tuple(terms) for terms in run.options["past"])})

    def but(self, **changes: Any) -> Options:
        """The same with some of it changed."""
        return replace(self, **changes)

    def onward(self, retry_failed: bool) -> Options:
        """With the carrying-out that comes now in `past`; one like the last adds nothing, unless rows that failed are tried again."""
        now = (self.target, self.limit, self.attempts, retry_failed, self.offline)
        like = self.past and self.past[-1][:3] == now[:3] and not (retry_failed or self.offline or self.past[-1][4])
        return self if like else replace(self, past=(*self.past, now))

    def check(self) -> None:
        """Raise Invalid for what no run can be asked for."""
        check_name(self.into)
        for name in ("target", "limit", "budget_tokens"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise Invalid(f"{name} is {value}.", "Give a whole number from 1 up.")
        if self.budget_usd is not None and not 0 <= self.budget_usd < inf:
            raise Invalid(f"The budget is {self.budget_usd} USD.", "Give 0 or more.")
        if self.deadline_s is not None and not 0 <= self.deadline_s < inf:
            raise Invalid(f"The deadline is {self.deadline_s} s.", "Give a time from now, such as 6h.")
        if self.deadline_s is not None and (self.batch_only or not self.batch):
            raise Invalid("A deadline moves questions from batches to live calls, and nothing is to be moved.", "Give --batch with --deadline.")

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def asked(self, recipe: Recipe, by: str) -> Asked:
        """What is written down when the run is taken."""
        usd = None if self.budget_usd is None else int(self.budget_usd * PICO)
        return Asked(self.dump(), prompts(recipe), usd, self.budget_tokens, by)


def seconds(text: str) -> float:
    """The seconds of a time span such as `6h`, `90m`, `1h30m`, `45s` or `2d`.

    Raises:
        Invalid: it is none.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise Invalid(f"{text!r} is no span of time.", "Write it like 6h, 90m or 1h30m.")
    return sum(float(number) * {"d": 86_400, "h": 3_600, "m": 60, "s": 1}[unit] for number, unit in parts)


def prompts(recipe: Recipe) -> list[PromptUse]:
    """The prompts that the steps use."""
    out: list[PromptUse] = []
    for position, step in enumerate(recipe.steps):
        for name, value in step.marked(PROMPT).items():
            several = {f"{name}.{key}": text for key, text in value.items()} if isinstance(value, dict) and step.shape == "asking" else {}
            for place, text in ({name: value} if isinstance(value, str) else several).items():
                prompt = parse(text)
                out.append((position, place, prompt.hash, text, sorted(prompt.variables)))
    return out


NamedPrompts = dict[str, dict[str, str]]
"""Of a lock: the prompts that a recipe takes by their names: `position.field` -> {name, version}."""


def named_prompts(found: Mapping[tuple[int, str], Found]) -> NamedPrompts:
    """Those that the reading of a recipe gave."""
    return {f"{position}.{field}": {"name": one.name, "version": one.version} for (position, field), one in found.items()}


def goes_on(before: Run, wanted: Options) -> bool:
    """Whether a run that has come to its end is asked for more than it was, or for so little that what it kept is enough; or fell short for
    want of answers, which may be there now, or be bought."""
    target, limit, kept = before.options.get("target"), before.options.get("limit"), before.totals["kept"]
    more_limit = limit is not None and (wanted.limit is None or wanted.limit > limit)
    more_target = (target is not None and (wanted.target is None or wanted.target > target)) or (
        target is None and wanted.target is not None and wanted.target > kept
    )
    enough = before.state == "shortfall" and wanted.target is not None and wanted.target <= kept
    lacks = before.state == "shortfall" and NOT_RECORDED in before.totals["failed"]
    return more_limit or more_target or enough or lacks


def writes_anew(before: Run, recipe: Recipe) -> bool:
    """Whether files of the recipe are to be written once more: elsewhere or in another way than the run did, or because one is gone."""
    steps = zip(before.recipe["steps"], recipe.dump()["steps"], strict=True)
    otherwise = any(then != now and now["kind"].startswith("write.") for then, now in steps)
    return otherwise or any(not Path(path).exists() for step in recipe.steps for path in step.writes())
