"""check, plan, steps, schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, Sets, keys, project, values

if TYPE_CHECKING:
    from rowsmith.app.quotes import Quote


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("check")(check)
    app.command("plan")(plan)
    app.command("steps")(steps)
    app.command("schema")(schema)


def check(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Path of a recipe file, or a name of the catalogue.")],
    sets: Sets = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="A cap that has to be kept.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="For a run that sends nothing: no key is needed.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Check a recipe: every problem with its line and its fix; and what its models cost, as far as it is known. Nothing is spent. Of the home
    only its keys, its table of models and the prompts that the recipe names are looked at."""
    from rowsmith.app.cautions import of_recipe
    from rowsmith.app.models import terms
    from rowsmith.app.recipes import check_recipe
    from rowsmith.cli.show import print_json

    found = check_recipe(
        Path(recipe), values(sets), budget_usd=budget, offline=offline, keys=keys(home).of(in_project), home=home, project=in_project
    )
    if as_json:
        models = [model.dump() for model in terms(found)]
        steps = [step.title for step in found.steps]
        return print_json({"ok": True, "name": found.name, "steps": steps, "models": models, "notes": list(of_recipe(found))})
    typer.echo(f"{recipe}: no problems; {len(found.steps)} steps.")
    for model in terms(found):
        typer.echo(f"  {model.role}: {model.model}, {_terms(model)}")
    for note in of_recipe(found):
        typer.secho(f"  Note: {note}", fg="yellow")
    return None


def _terms(model: Any) -> str:
    """Prices and limits in words."""
    if model.price_in is None or model.price_out is None:
        price = "price unknown"
    else:
        price = "free" if not model.price_in and not model.price_out else f"${model.price_in:g} in and ${model.price_out:g} out per million tokens"
    limits = [f"{n:,} {kind}" for kind, n in (("rpm", model.rpm), ("tpm", model.tpm), ("rpd", model.rpd)) if n]
    batches = "no batches" if model.batch is None else f"batches at {model.batch:.0%} of that" if model.batch < 1 else "batches at the same price"
    return "; ".join([price, batches, *([f"limits {', '.join(limits)}" + (f" (tier {model.tier})" if model.tier else "")] if limits else [])])


def plan(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Path of a recipe file, or a name of the catalogue.")],
    sets: Sets = None,
    target: Annotated[int | None, typer.Option("--target", metavar="N", min=1, help="Rows to be kept.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="Slots after which no further row is taken in.")] = None,
    pilot: Annotated[int | None, typer.Option("--pilot", metavar="K", min=1, help="First run about K rows, to measure; they are kept.")] = None,
    budget: Annotated[float | None, typer.Option("--budget", metavar="USD", min=0, help="Cap of the pilot.")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="At the price of batches.")] = False,
    home: Home = HOME,
    in_project: InProject = PROJECT,
    as_json: AsJson = False,
) -> None:
    """Quote a recipe: rows, calls, tokens, money and time, each with an interval."""
    from rowsmith.app.quotes import quote
    from rowsmith.cli.show import print_json

    found = quote(
        project(home, in_project, make=True).runs, Path(recipe), values(sets), target=target, limit=limit, pilot=pilot, budget_usd=budget,
        batch=batch,
    )  # fmt: skip
    if as_json:
        return print_json(found.dump())
    return show_quote(found)


def show_quote(found: Quote) -> None:
    """Print a quote."""
    from rowsmith.cli.show import money, table

    table(["", "low", "expected", "high"], [(name, *_shown(name, range_, money)) for name, range_ in found.ranges()])
    for note in found.notes:
        typer.echo(f"  {note}")


def _shown(name: str, values_: Any, money: Any) -> tuple[str, ...]:
    if values_ is None:
        return ("unknown",) * 3
    numbers = (values_.low, values_.mid, values_.high)
    return tuple(money(n) if name == "cost_usd" else f"{n:,.1f}" if name == "seconds" else f"{round(n):,}" for n in numbers)


def steps(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="One step, with its settings.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every step with its settings."""
    from rowsmith.app.recipes import describe_steps
    from rowsmith.cli.show import print_json, table

    found = describe_steps(kind)
    if as_json:
        return print_json(found if kind is None else found[0])
    for step in found:
        typer.secho(f"{step['kind']}", bold=True, nl=False)
        typer.echo(f"  {step['summary']}")
        rows = [
            (f"  {s['name']}", s["type"], "required" if s["required"] else _default(s["default"]), s["description"]) for s in step["settings"]
        ]
        table(["  setting", "type", "default", "what it does"], rows)
        typer.echo()
    return None


def _default(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:37].replace("\n", " ") + "..."


def schema() -> None:
    """Print the JSON Schema of recipe files, for editors."""
    from rowsmith.app.recipes import recipe_schema
    from rowsmith.cli.show import print_json

    print_json(recipe_schema())
