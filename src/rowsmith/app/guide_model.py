"""The model of a guided talk: found by its name, and looked at before anything is said."""

from __future__ import annotations

from pathlib import Path

from rowsmith.app.prompt_trials import model_of
from rowsmith.app.runs import Runs
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.engine.check import check
from rowsmith.llm import facts
from rowsmith.registry import provider
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows


def model_named(name: str, base_url: str | None = None) -> Model:
    """The model of this name, as a recipe calls it, or as its maker does (`bedrock/us.amazon.nova-lite-v1:0`, `amazon.nova-lite-v1:0`).

    Raises:
        Invalid: that is no model.
    """
    family, slash, rest = name.partition("/")
    if not slash and facts.Table().of(Model(model=f"litellm/bedrock/{name}")).said():
        family, rest = "bedrock", name
    try:
        provider(family)
    except NotFound:
        through = facts.families().get(family, {}).get("litellm")
        if through and rest:
            return model_of(f"litellm/{through}/{rest}", base_url)
    return model_of(name, base_url)


def require_usable(runs: Runs, model: Model, budget_usd: float | None) -> None:
    """Whether the model can be asked: its provider, what has to be installed, its key, its price where money is capped.

    Raises:
        Invalid: with everything that is in the way.
    """
    recipe = Recipe(name="guide", models={"writer": model}, steps=[ReadRows(rows=[{"text": "x"}]), Columns(prompt="{{ text }}")])
    keys, table = runs.lab.keys.of(runs.project), runs.lab.table
    if problems := check(recipe, base=Path.cwd(), keys=keys, budget_usd=budget_usd, plugins=[Path.cwd() / "plugins"], table=table):
        raise Invalid(f"The model {model.model} cannot be asked.", "Nothing has been spent.", problems)
