"""Recipes: the catalogue, the steps they are made of, what is wrong with one, what one would cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from rowsmith import content
from rowsmith.api.acting import InProject
from rowsmith.api.bodies import Body
from rowsmith.api.paging import Limit, Page, Start, page_of
from rowsmith.app import catalogue
from rowsmith.app.cautions import of_recipe
from rowsmith.app.models import terms
from rowsmith.app.quotes import Quote, quote
from rowsmith.app.recipes import check_recipe, describe_steps, recipe_schema

router = APIRouter(tags=["recipes"])


class Asked(Body):
    """A recipe and its parameters."""

    recipe: str = Field(description="A name of the catalogue, or the path of a recipe file.", examples=["extractive-qa"])
    sets: dict[str, str] = Field({}, description="Values of the recipe's parameters.", examples=[{"documents": "docs/"}])
    budget_usd: float | None = Field(None, ge=0, description="A cap that has to be kept.")


class RecipeToCheck(Asked):
    """A recipe to be checked."""

    offline: bool = Field(False, description="For a run that sends nothing: no key is needed.")


class ToQuote(Asked):
    """A recipe to be quoted."""

    target: int | None = Field(None, ge=1, description="Rows to be kept.")
    limit: int | None = Field(None, ge=1, description="Slots after which no further row is taken in.")
    pilot: int | None = Field(None, ge=1, le=100, description="First run about so many rows, to measure; they are kept.")
    batch: bool = Field(False, description="At the price of batches.")


@router.get("/recipes", operation_id="list_recipes")
def list_recipes(
    group: Annotated[str, Query(description="Those of one group: documents, preference, evaluation ...")] = "", start: Start = 0, limit: Limit = 200
) -> Page[dict[str, Any]]:
    """The recipes that ship: what each needs, gives, and asks of models for a row that is kept."""
    return page_of([one.dump() for one in catalogue.listing(group)], start, limit)


@router.get("/recipes/{name}", operation_id="get_recipe")
def get_recipe(name: str) -> dict[str, Any]:
    """A recipe of the catalogue: its method, parameters, models, steps, and the command that runs it."""
    return catalogue.one(name).dump()


@router.get("/recipes/{name}/yaml", operation_id="get_recipe_yaml", response_class=Response)
def get_recipe_yaml(name: str) -> Response:
    """The text of a recipe of the catalogue."""
    return Response(content.recipe(name), media_type="application/yaml")


@router.get("/steps", operation_id="list_steps")
def list_steps(start: Start = 0, limit: Limit = 200) -> Page[dict[str, Any]]:
    """Every step: its kind, what it does, its shape and its settings."""
    return page_of(describe_steps(), start, limit)


@router.get("/steps/{kind}", operation_id="get_step")
def get_step(kind: str) -> dict[str, Any]:
    """One step with its settings."""
    return describe_steps(kind)[0]


@router.get("/schema", operation_id="get_schema")
def get_schema() -> dict[str, Any]:
    """The JSON Schema of recipe files, from which forms are drawn."""
    return recipe_schema()


@router.post("/projects/{project}/check", operation_id="check_recipe")
def check(project: InProject, wanted: RecipeToCheck) -> dict[str, Any]:
    """What is wrong with a recipe (422, with every problem), or its steps, models, prices and notes. Nothing is spent."""
    lab = project.lab
    found = check_recipe(
        Path(wanted.recipe), wanted.sets, budget_usd=wanted.budget_usd, offline=wanted.offline, keys=lab.keys.of(project.name), home=lab.home,
        project=project.name,
    )  # fmt: skip
    models = [model.dump() for model in terms(found)]
    return {"name": found.name, "steps": [step.title for step in found.steps], "models": models, "notes": list(of_recipe(found))}


@router.post("/projects/{project}/quote", operation_id="quote_recipe")
def quote_recipe(project: InProject, wanted: ToQuote) -> Quote:
    """Rows, calls, tokens, money and time of a recipe, each with an interval; with `pilot`, after some rows are really made."""
    return quote(
        project.runs, Path(wanted.recipe), wanted.sets, target=wanted.target, limit=wanted.limit, pilot=wanted.pilot, budget_usd=wanted.budget_usd,
        batch=wanted.batch,
    )  # fmt: skip
