"""The models of a recipe: roles, shares, providers, keys, and prices where money is capped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.core.errors import Invalid, Problem, RowsmithError, choose
from rowsmith.core.folders import cache_folder
from rowsmith.core.models import Model
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import CLASSIFIER, EMBEDDER, MODEL, TEMPLATED
from rowsmith.core.weights import Weights
from rowsmith.engine.check_names import setting
from rowsmith.engine.holes import UNREAD
from rowsmith.engine.offline import AnyKey
from rowsmith.engine.yaml_text import Lines
from rowsmith.engine.yaml_text import Path as Place
from rowsmith.llm.classes import answers, most_texts
from rowsmith.llm.embedding_form import embeds
from rowsmith.llm.facts import Facts, Table, family_of, filled, limits_of, tiers
from rowsmith.llm.keys import key_of
from rowsmith.llm.local.weights import WeightFiles
from rowsmith.llm.prices import price, silent
from rowsmith.llm.providers import Carrier, check_settings


def model_problems(
    recipe: Recipe, keys: Keys, lines: Lines, budget_usd: float | None = None, plugins: Sequence[Path] = (), base: Path = Path(),
    table: Table | None = None,
) -> list[Problem]:  # fmt: skip
    """What is wrong with the models that the steps ask, by what `table` knows of them. A model that no step asks is not looked at. Files of
    weights are taken from `base`."""
    weights = WeightFiles(base, cache_folder(os.environ))
    table = table or Table()
    out: list[Problem] = []
    for title, place, choice in _choices(recipe, MODEL):
        out += _shares(title, choice, place, lines)
        out += [_no_role(title, role, recipe, place, lines) for role in roles(choice) if role not in recipe.models]
    for role in asked_models(recipe):
        if (model := recipe.models[role]) != UNREAD:
            facts, scores = table.of(model), role in classifiers(recipe)
            known = silent(filled(model, facts)) if scores else filled(model, facts)
            out += [*_reach(role, model, keys, lines, plugins, weights, scores), *_priced(role, known, budget_usd, lines)]
            out += [*_planned(role, model, lines), *_sized(role, model, facts, lines)]
    out += _untemplated(recipe, lines)
    out += [_no_role(title, role, recipe, place, lines) for title, place, role in _choices(recipe, EMBEDDER) if role not in recipe.models]
    for role in embedders(recipe):
        if (model := recipe.models[role]) != UNREAD:
            out += [*_reach_embedder(role, model, keys, lines, plugins, weights), *_planned(role, model, lines)]
            out += _priced(role, silent(filled(model, table.of(model))), budget_usd, lines)
    return out


def asked_models(recipe: Recipe) -> list[str]:
    """The roles whose models the steps ask, in their order."""
    return list(dict.fromkeys(role for _, _, choice in _choices(recipe, MODEL) for role in roles(choice) if role in recipe.models))


def embedders(recipe: Recipe) -> list[str]:
    """The roles whose models give the steps embeddings, in their order."""
    return list(dict.fromkeys(role for _, _, role in _choices(recipe, EMBEDDER) if role in recipe.models))


def classifiers(recipe: Recipe) -> list[str]:
    """The roles whose models score texts by category, in their order."""
    return list(dict.fromkeys(role for _, _, role in _choices(recipe, CLASSIFIER) if role in recipe.models))


def roles_without_batches(recipe: Recipe, plugins: Sequence[Path] = ()) -> list[str]:
    """The roles that the steps ask whose provider has no batch API."""
    return [role for role in asked_models(recipe) if registry.provider((model := recipe.models[role]).provider, plugins).batch(model) is None]


def roles(choice: Any) -> list[str]:
    """The roles of a model setting."""
    return list(choice) if isinstance(choice, dict) else [choice]


def _choices(recipe: Recipe, mark: Any) -> Iterator[tuple[str, Place, Any]]:
    """Each choice of a model: the step's name, its place, and a role or roles with shares."""
    for position, step in enumerate(recipe.steps):
        for name, value in step.marked(mark).items():
            for choice in value if isinstance(value, list) else [value]:
                yield step.title, ("steps", position, setting(step, name)), choice


def _no_role(title: str, role: str, recipe: Recipe, place: Place, lines: Lines) -> Problem:
    what = f"Step {title!r} asks the model {role!r}, and the recipe has no model of that name."
    add = f"Add it under 'models': {role}: {{model: provider/name}}."
    return lines.problem(place, what, f"{choose(role, list(recipe.models))} {add}" if recipe.models else add)


def _untemplated(recipe: Recipe, lines: Lines) -> Iterator[Problem]:
    """Models that are to write the user's turns and have no template by which they could."""
    wanted = dict.fromkeys(role for _, _, choice in _choices(recipe, TEMPLATED) for role in roles(choice) if role in recipe.models)
    for role in wanted:
        if (model := recipe.models[role]) != UNREAD and model.template is None:
            what = f"The model {role!r} is to write what users say, and has no template."
            yield lines.problem(("models", role), what, "Give it the chat template of the model: template: llama-3, chatml, or one of your own.")


def _shares(title: str, choice: Any, place: Place, lines: Lines) -> Iterator[Problem]:
    if not isinstance(choice, dict):
        return
    if not choice:
        yield lines.problem(place, f"Step {title!r} names no model.", "Give a role, or roles with shares: {writer: 0.7, other: 0.3}.")
    for role, share in choice.items():
        if not (isfinite(share) and share > 0):
            yield lines.problem(place, f"The share of {role!r} in step {title!r} is {share:g}.", "Give a number above 0, or leave the role out.")


def _reach(
    role: str, model: Model, keys: Keys, lines: Lines, plugins: Sequence[Path], weights: Weights, scores: bool
) -> Iterator[Problem]:
    """Provider, address, key, settings and request body, as the provider itself sees them; `scores`: the model is wanted as a classifier."""
    place = ("models", role)
    try:
        provider = registry.provider(model.provider, plugins)
    except RowsmithError as error:
        hint = " A model of any OpenAI-compatible server is written openai/NAME, with its address as base_url."
        yield lines.problem((*place, "model"), f"The model {role!r} is {model.model!r}. {error.what}", error.fix + hint)
        return
    if not model.name:
        yield lines.problem((*place, "model"), f"The model {role!r} is {model.model!r}, which names none.", "Write it like openai/gpt-4o-mini.")
    parts: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        # Where nobody is asked, neither weights nor libraries are needed.
        *([("model", provider.check, (model, weights))] if isinstance(provider, Carrier) and not isinstance(keys, AnyKey) else []),
        ("base_url", provider.url, (model,)),
        ("api_key_env", key_of, (provider, model, keys)),
        ("model", check_settings, (provider, model)),
        *([("model", most_texts, (provider, model))] if scores else [("model", _no_vectors, (model,)), ("model", answers, (provider, model))]),
    ]
    refused = provider.refuses(model)
    for name, wrong in refused.items():
        yield lines.problem((*place, name), f"The model {role!r}: {wrong.what}", wrong.fix)
    if not refused:
        parts.append(("extra", provider.body, (model, None, provider.way(model))))
    yield from _tried(role, parts, lines)


def _no_vectors(model: Model) -> None:
    if said := sorted({"dimensions", "texts_per_request"} & model.model_fields_set):
        what = f"{', '.join(said)} means nothing to a model that answers, and {model.model} is asked for answers."
        raise Invalid(what, "Leave it out, or give the model for embeddings a role of its own.")


def _reach_embedder(role: str, model: Model, keys: Keys, lines: Lines, plugins: Sequence[Path], weights: Weights) -> Iterator[Problem]:
    """Provider, settings, and address and key or weights, of a model that gives embeddings."""
    place = ("models", role)
    try:
        provider = embeds(registry.provider(model.provider, plugins), model)
    except RowsmithError as error:
        yield lines.problem((*place, "model"), f"The model {role!r} is {model.model!r}. {error.what}", error.fix)
        return
    parts: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        *([("model", provider.check, (model, weights))] if isinstance(provider, Carrier) and not isinstance(keys, AnyKey) else []),
        ("base_url", provider.embed_url, (model,)),
        ("api_key_env", key_of, (provider, model, keys)),
    ]
    refused = provider.refuses(model)
    for name, wrong in refused.items():
        yield lines.problem((*place, name), f"The model {role!r}: {wrong.what}", wrong.fix)
    if not refused:
        parts.append(("extra", provider.embed_body, (model,)))
    yield from _tried(role, parts, lines)


def _tried(role: str, parts: list[tuple[str, Callable[..., Any], tuple[Any, ...]]], lines: Lines) -> Iterator[Problem]:
    told: set[str] = set()  # an address that is none, by whoever looks at it
    for name, part, given in parts:
        try:
            part(*given)
        except (RowsmithError, Paused) as error:
            if error.what in told:
                continue
            told.add(error.what)
            yield lines.problem(("models", role, name), f"The model {role!r}: {error.what}", error.fix)


def _priced(role: str, model: Model, budget_usd: float | None, lines: Lines) -> Iterator[Problem]:
    if budget_usd is None or price(model) is not None:
        return
    unknown = " and ".join(name for name in ("price_in", "price_out") if getattr(model, name) is None)
    what = f"Money is capped at {budget_usd:g} USD, and the model {role!r} has no {unknown}: what a call costs is not known."
    fix = (
        f"Set {unknown} of models.{role} in USD per million tokens (0 where it is free), or add the model once for this home "
        f"(rowsmith models add), or cap tokens instead of money."
    )
    yield lines.problem(("models", role), what, fix)


def _planned(role: str, model: Model, lines: Lines) -> Iterator[Problem]:
    """A plan whose limits are not known limits nothing."""
    if model.tier is None:
        return
    place = family_of(model)
    known = {name: tier for name, tier in tiers(place[0]).items() if limits_of(tier, place[1])} if place else {}
    if model.tier not in known:
        what = f"The model {role!r} is of the tier {model.tier!r}, and no limits of that name are known for {model.model}."
        other = "Set rpm, tpm and rpd instead."
        yield lines.problem(("models", role, "tier"), what, f"{choose(model.tier, list(known))} Or: {other}" if known else other)


def _sized(role: str, model: Model, facts: Facts, lines: Lines) -> Iterator[Problem]:
    if facts.max_output is not None and model.max_tokens > facts.max_output:
        what = f"The model {role!r} may answer with {model.max_tokens:,} tokens, and {model.model} gives {facts.max_output:,} at most."
        yield lines.problem(("models", role, "max_tokens"), what, f"Set max_tokens to {facts.max_output} or less.")
