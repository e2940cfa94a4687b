"""What is known of a recipe's models, put into the settings that the recipe leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rowsmith.core.recipe import Recipe
from rowsmith.llm.facts import Facts, Table, filled

Prices = Mapping[str, Mapping[str, Any]]
"""For each role the prices that a run reckons with, as rowsmith.llm.facts.Facts has them; empty for a model of which none are known."""


def prices_of(recipe: Recipe, table: Table, begun_with: Prices | None = None) -> dict[str, dict[str, Any]]:
    """The prices to reckon with: those that a run began with, and for models of which none were known then, those of the table."""
    before = begun_with or {}
    return {role: dict(before.get(role) or table.of(model).prices()) for role, model in recipe.models.items()}


def with_known(recipe: Recipe, table: Table, prices: Prices | None = None) -> Recipe:
    """The recipe with what is known of its models. `prices` go before the table's.

    Raises:
        Invalid: the home's own table cannot be read.
    """
    models = {}
    for role, model in recipe.models.items():
        facts = table.of(model)
        if prices is not None and prices.get(role):
            said = {name: value for name, value in facts.said().items() if not name.startswith("price_")}
            facts = Facts(**said, **prices[role])
        models[role] = filled(model, facts)
    return recipe.model_copy(update={"models": models})
