"""All that a guided talk has come to: what each turn keeps, so that any process can go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rowsmith.assist.asking import Reference
from rowsmith.assist.brief import Brief, of_items
from rowsmith.assist.checklist import CHECKLIST, REQUIRED, Item, fresh, unconfirmed
from rowsmith.core.models import Model

Phase = Literal["checklist", "summary", "sampling", "samples", "making", "done"]
"""checklist: items are asked for. summary: the brief is to be confirmed. sampling: five samples are to be made. samples: they are to be looked
over. making: all rows are to be made. done: they are."""
SAMPLES = 5


class Sample(BaseModel):
    """A row of the plan as it was made. `place`: its place in the plan. `wrote`: what the model wrote, where that was changed by hand. A pinned one
    goes into the dataset as it is, and is an example. `failed`: why there is none; it has no content then. `tries`: how often that was
    so. `unlike`: inputs that were refused in its place."""

    model_config = ConfigDict(frozen=True)

    place: int
    input: str = ""
    answer: str = ""
    wrote: dict[str, str] | None = None
    pinned: bool = False
    notes: tuple[str, ...] = ()
    failed: str = ""
    tries: int = 0
    unlike: tuple[str, ...] = ()

    @property
    def pair(self) -> dict[str, str]:
        """The row."""
        return {"input": self.input, "answer": self.answer}


class ThemeOf(BaseModel):
    """What several notes have in common, and what detects it: an expression or a judge's question; `weak`: it fails on the noted samples."""

    model_config = ConfigDict(frozen=True)

    name: str
    quotes: tuple[str, ...]
    by: str
    detector: str
    weak: bool


class Beside(BaseModel):
    """A row of the plan as the old prompt and the changed one made it, with the themes that were found in each."""

    model_config = ConfigDict(frozen=True)

    input: dict[str, Any]
    old: dict[str, str] | None
    new: dict[str, str] | None
    old_themes: tuple[str, ...]
    new_themes: tuple[str, ...]


class Proposal(BaseModel):
    """A changed prompt, and what the re-test said. `verdict`: accepted, refused, untested or overruled. `old` and `new` are failure rates over
    `inputs` rows, `low` to `high` the interval of their difference."""

    model_config = ConfigDict(frozen=True)

    prompt: dict[str, Any]
    diff: str
    why: str
    verdict: str
    said: str
    inputs: int
    old: float | None
    new: float | None
    low: float | None
    high: float | None
    themes: tuple[ThemeOf, ...]
    rows: tuple[Beside, ...] = ()
    cautions: tuple[str, ...] = ()
    unassigned: tuple[str, ...] = ()


class Made(BaseModel):
    """What came of the full run."""

    model_config = ConfigDict(frozen=True)

    run: str
    state: str
    reason: str = ""
    rows: int
    dataset: str | None = None
    version: str | None = None
    path: str | None = None


class State(BaseModel):
    """Everything as it stands after a turn. `brief` holds what is no item of the checklist; `whole` has both. `asked`: the item that was asked for
    last, `passed`: those that were passed over. `prompt` is what writes the rows, `prompt_version` its version in the home, `prompt_changed` whether
    it was changed since it was `written` from the brief. `told`: what the guide said last. `taken`: replies of a file that were taken.
    `unanswered`: runs that ended without an answer that can be used."""

    model_config = ConfigDict(frozen=True)

    phase: Phase = "checklist"
    reference: Reference | None = None
    items: dict[str, Item] = Field(default_factory=fresh)
    brief: Brief = Brief()
    analysed: bool = False
    drawn: bool = False
    asked: str = ""
    passed: tuple[str, ...] = ()
    model: dict[str, Any] | None = None
    budget_usd: float | None = None
    cost_usd: float = 0.0
    unpriced: bool = False
    runs: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    folder: str = ""
    output: str = ""
    claimed: str = ""
    prompt: dict[str, Any] | None = None
    prompt_name: str = ""
    prompt_version: str = ""
    prompt_changed: bool = False
    written: dict[str, Any] | None = None
    proposal: Proposal | None = None
    samples: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()
    made: Made | None = None
    told: tuple[str, ...] = ()
    taken: int = 0

    def but(self, **changed: Any) -> State:
        """The same with some of it changed."""
        return self.model_copy(update=changed)

    def with_items(self, changed: Mapping[str, Item]) -> State:
        """The same with some items changed; those that are open again are asked for again."""
        passed = tuple(name for name in self.passed if name not in changed)
        return self.but(items={**self.items, **changed}, passed=passed)

    def tell(self, *told: str) -> State:
        """The same, with what the guide says."""
        return self.but(told=tuple(filter(None, told)))

    @property
    def whole(self) -> Brief:
        """The brief with the items."""
        return self.brief.model_copy(update={"items": of_items(self.items), "assumed": unconfirmed(self.items)})

    @property
    def cost(self) -> float | None:
        """What the talk has cost so far, in USD; None: the price of a call is not known."""
        return None if self.unpriced else self.cost_usd

    @property
    def writer(self) -> Model | None:
        """The model that is asked; None: none is."""
        return None if self.model is None else Model(**self.model)

    @property
    def pinned(self) -> list[Sample]:
        """The samples that go into the dataset as they are."""
        return [sample for sample in self.samples if sample.pinned]

    @property
    def question(self) -> str:
        """The item that is to be asked for now: the first required one that is open, else the first other one that was not passed over; empty where
        the brief can be confirmed."""
        if self.asked and self.items[self.asked].state == "assumed":
            return self.asked
        rest = [name for name in CHECKLIST if name not in REQUIRED and name not in self.passed]
        return next((name for name in (*REQUIRED, *rest) if self.items[name].state == "open"), "")
