"""A Recipe: name, parameters, models, and steps in order. Data, not code; its YAML and Python forms are the same thing."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, SerializeAsAny

from rowsmith.core.ids import as_written, digest
from rowsmith.core.models import Model
from rowsmith.core.step import Step, is_content

TRANSPORT = {
    "texts_per_request", "concurrency", "rpm", "tpm", "rpd", "rpd_zone", "tier", "context", "threads", "gpu_layers", "tokenizer", "price_in",
    "price_out", "price_cached_in", "price_cache_write", "price_reasoning_out", "price_batch", "batch_size", "price_above", "retries", "connect_s",
    "first_byte_s", "idle_s", "total_s", "api_key_env",
}  # fmt: skip
"""Settings of a model that change how it is called, not what it is asked: no part of a run's identity."""


class Parameter(BaseModel):
    """A value that the user gives with `--set name=value`. Without a default it must be given; with `optional` it may stay unset,
    and a setting that is only `${name}` is then left out."""

    model_config = ConfigDict(extra="forbid")

    default: Any = Field(None, description="Value when none is given; `${other}` alone: that of another parameter.")
    help: str = Field("", description="What it is, in a few words.")
    optional: bool = Field(False, description="Whether it may stay unset.")
    agree: str = Field("", description="A sentence that the user agrees to by giving the value true; without it the recipe cannot be used.")


GROUPS = (
    "nothing", "documents", "rows", "conversations", "preference", "reasoning", "code", "classification", "evaluation", "multimodal", "agents",
    "domains", "augmentation",
)  # fmt: skip
"""What recipes of the catalogue begin with or make, in the order in which they are listed."""


class About(BaseModel):
    """What the catalogue says of a recipe beside its description."""

    model_config = ConfigDict(extra="forbid")

    group: Literal[GROUPS] = Field(description="Where it stands in the catalogue.")  # type: ignore[valid-type]
    source: str = Field(description="The published method that it follows, with the paper's number, and what it does otherwise; or that it has none.")
    needs: str = Field(description="What a user brings, in a few words.")
    gives: list[str] = Field(description="Formats that its rows go out in whole, the natural one first.", min_length=1)
    calls: float = Field(description="Questions for each row that is kept, as its defaults and a model that answers well have it.", ge=0)


class Recipe(BaseModel):
    """What to do. `steps` are Step objects in order; a step takes the rows of the one before unless its `from` says otherwise."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name of the recipe.", min_length=1, max_length=200)
    description: str = Field("", description="What it makes, in a sentence.")
    about: About | None = Field(None, description="What the catalogue says of it.")
    parameters: dict[str, Parameter] = Field(default_factory=dict, description="Values that --set gives; `${name}` stands for one in any setting.")
    models: dict[str, Model] = Field(default_factory=dict, description="Models by role.")
    steps: list[SerializeAsAny[Step]] = Field(description="The steps, in order.", min_length=1, max_length=255)
    target: PositiveInt | None = Field(None, description="Number of kept rows to go on for.")
    attempts: float = Field(3.0, gt=0, le=1000, description="Most slots opened, as a multiple of the target, before a shortfall is reported.")
    spread: bool = Field(False, description="Whether parts from all over the sources come first, not those of the first documents.")
    budget_usd: NonNegativeFloat | None = Field(None, description="Cap of the run in US dollars.")
    budget_tokens: PositiveInt | None = Field(None, description="Cap of the run in tokens, in and out.")
    into: str | None = Field(None, description="Dataset the run commits into. Default: the recipe's name.")

    def content(self) -> dict[str, Any]:
        """What makes two runs the same run, inputs aside: name, models, steps and spread, less transport, budget, target and output."""
        models = {
            role: {k: v for k, v in model.model_dump(mode="json", exclude_defaults=True).items() if k not in TRANSPORT}
            for role, model in sorted(self.models.items())
        }
        spread = {"spread": True} if self.spread else {}  # other rows come first, and set steps see them in other waves
        return {"name": self.name, "models": models, "steps": [step.content() for step in self.steps], **spread}

    def fingerprint(self) -> str:
        """32 hexadecimal digits that name `content()`, the order of columns included."""
        return digest(as_written(self.content())).hex()

    def dump(self) -> dict[str, Any]:
        """The recipe as plain data, as its YAML says it, defaults left out."""
        out = self.model_dump(mode="json", exclude_defaults=True, exclude={"steps"})
        return {**out, "steps": [step.settings() for step in self.steps]}

    def index(self, name: str) -> int:
        """Position of the step called `name`.

        Raises:
            KeyError: there is none.
        """
        for position, step in enumerate(self.steps):
            if step.title == name:
                return position
        raise KeyError(name)

    def inputs_of(self, position: int) -> list[int]:
        """Positions of the steps whose rows the step at `position` takes; empty for a source."""
        step = self.steps[position]
        if step.shape == "source":
            return []
        if step.from_ is None:
            return [position - 1]
        names = [step.from_] if isinstance(step.from_, str) else step.from_
        return [self.index(name) for name in names]


__all__ = ["GROUPS", "TRANSPORT", "About", "Parameter", "Recipe", "is_content"]
