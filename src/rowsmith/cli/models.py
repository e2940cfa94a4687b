"""models: list, add, test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, InProject, Sets, keys, lab, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rowsmith.app.models import Known, Models
    from rowsmith.app.trials import Trial
    from rowsmith.llm.facts import Facts


def _usd(name: str, what: str) -> Any:
    return typer.Option(name, metavar="USD", min=0, help=f"USD per million {what}.")


def _number(name: str, what: str) -> Any:
    return typer.Option(name, metavar="N", min=1, help=what)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Models: what is known of them, and facts of your own.", no_args_is_help=True)
    group.command("list")(list_models)
    group.command("add")(add)
    group.command("test")(try_model)
    app.add_typer(group, name="models")


def list_models(
    pattern: Annotated[str | None, typer.Argument(metavar="[PART]", help="Only models whose name holds this.")] = None,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """List models with prices in USD per million tokens, limits, window, what they can do, and whether a key is there."""
    from rowsmith.cli.show import print_json

    found = _models(home, PROJECT).list(pattern)
    if as_json:
        return print_json([known.dump() for known in found])
    for known in found:
        typer.secho(known.model, bold=True)
        typer.echo(f"  {'; '.join(_told(known))}")
    if not found:
        typer.echo("No model that is known has that in its name. rowsmith models add tells this home of one.")
    return None


def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="provider/name as in a recipe; * stands for anything.")],
    price_in: Annotated[float | None, _usd("--price-in", "input tokens")] = None,
    price_out: Annotated[float | None, _usd("--price-out", "output tokens")] = None,
    price_cached_in: Annotated[float | None, _usd("--price-cached-in", "input tokens read from the provider's cache")] = None,
    price_cache_write: Annotated[float | None, _usd("--price-cache-write", "input tokens written to its cache")] = None,
    price_reasoning_out: Annotated[float | None, _usd("--price-reasoning-out", "output tokens of reasoning")] = None,
    price_batch: Annotated[float | None, typer.Option("--price-batch", metavar="SHARE", min=0, max=1, help="Share of the live price.")] = None,
    context: Annotated[int | None, _number("--context", "Tokens that the model can hold.")] = None,
    max_output: Annotated[int | None, _number("--max-output", "Tokens that it can answer with at most.")] = None,
    tokenizer: Annotated[str | None, typer.Option("--tokenizer", metavar="NAME", help="Its vocabulary: o200k or cl100k.")] = None,
    can: Annotated[
        list[str] | None, typer.Option("--can", metavar="WHAT", help="schema, tools, images, audio, reasoning, embeddings; repeatable.")
    ] = None,
    rpm: Annotated[int | None, _number("--rpm", "Requests a minute.")] = None,
    tpm: Annotated[int | None, _number("--tpm", "Tokens a minute.")] = None,
    rpd: Annotated[int | None, _number("--rpd", "Requests a day.")] = None,
    licence: Annotated[str | None, typer.Option("--licence", metavar="ID", help="Licence of its weights (rowsmith licences).")] = None,
    terms: Annotated[str | None, typer.Option("--terms", metavar="ID", help="Terms under which it answers.")] = None,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Tell this home what a model costs and can do. Runs that have begun keep the prices that they began with."""
    from rowsmith.cli.show import print_json

    models = lab(home, make=True).models
    known = models.add(
        name, price_in=price_in, price_out=price_out, price_cached_in=price_cached_in, price_cache_write=price_cache_write,
        price_reasoning_out=price_reasoning_out, price_batch=price_batch, context=context, max_output=max_output, tokenizer=tokenizer,
        can=tuple(can or ()), rpm=rpm, tpm=tpm, rpd=rpd, licence=licence, terms=terms,
    )  # fmt: skip
    print_json({**known.dump(), "file": str(models.path)}) if as_json else typer.echo(f"{name} is written to {models.path}.")


def try_model(
    target: Annotated[str, typer.Argument(metavar="MODEL|RECIPE", help="provider/name, or a recipe file: every model that its steps ask.")],
    base_url: Annotated[str | None, typer.Option("--base-url", metavar="URL", help="Address of the server.")] = None,
    answers: Annotated[str | None, typer.Option("--answers", metavar="WAY", help="schema, object, tools, json or xml; default: the surest.")] = None,
    embed: Annotated[bool, typer.Option("--embed", help="Ask it for an embedding; in a recipe that is known.")] = False,
    sets: Sets = None,
    project: InProject = PROJECT,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Ask a model one question for real: does it answer, how fast, in which form, at what price. Exits 1 when one gives no usable answer.

    The call is neither stored nor repeated, and no budget counts it."""
    from rowsmith.cli.show import print_json

    found = []
    for trial in _models(home, project).test(target, sets=values(sets), base_url=base_url, answers=answers, embed=embed, on_note=_note):
        found.append(trial)
        if not as_json:
            _say(trial)
    if as_json:
        print_json([trial.dump() for trial in found])
    raise typer.Exit(0 if all(trial.ok for trial in found) else 1)


def _note(said: str) -> None:
    if said:
        typer.echo(said, err=True)


def _models(home: str, project: str) -> Models:
    """What is known of models; no home is made for looking."""
    from functools import partial

    from rowsmith.app.lab import is_home, models_file
    from rowsmith.app.models import Models
    from rowsmith.app.prompts import find_prompt
    from rowsmith.llm.facts import Table

    if is_home(home):
        lab(home).project(project)  # a mistyped one is told
    return Models(Table(models_file(home)), keys(home).of(project), os.environ, partial(find_prompt, home, project))


def _say(trial: Trial) -> None:
    """What came of a test, in words."""
    import json

    typer.secho(trial.model + (f" ({trial.role})" if trial.role != "model" else ""), bold=True)
    if not trial.ok:
        typer.echo(f"  no usable answer ({trial.reason}): {trial.what}")
        typer.echo(f"  {trial.fix}")
        return
    typer.echo(f"  answered within {trial.seconds:.2f} s" + (f" at {trial.place}" if trial.place else ""))
    how = "an embedding" if trial.way == "embedding" else f"asked for by {trial.way}; {READ[trial.how]}"
    typer.echo(f"  {how}: {json.dumps(trial.answer, ensure_ascii=False)}")
    used = trial.usage
    counted = "tokens not reported" if used.tokens_in is None else f"{used.tokens_in:,} tokens in, {used.tokens_out or 0:,} out"
    typer.echo(f"  {counted}; " + ("price unknown" if trial.cost is None else f"{trial.cost:.3g} USD"))


READ = {
    "plain": "the answer was valid as it stood", "found": "the answer stood within other words", "repaired": "the answer had to be repaired",
}  # fmt: skip


def _told(known: Known) -> Iterator[str]:
    """What is known of a model, in words."""
    facts = known.facts
    yield _prices(facts)
    if facts.context:
        yield f"window {facts.context:,}" + (f", answers up to {facts.max_output:,}" if facts.max_output else "")
    if facts.can:
        yield ", ".join(facts.can)
    if facts.tokenizer:
        yield f"counted with {facts.tokenizer}"
    if own := {kind: n for kind in ("rpm", "tpm", "rpd") if (n := getattr(facts, kind))}:
        yield _limits(own)
    for tier, limits in known.tiers.items():
        yield f"tier {tier}: {_limits(limits)}"
    if facts.until:
        yield f"ends {facts.until}"
    if known.key is not None:
        yield "key there" if known.key else "no key"


def _prices(facts: Facts) -> str:
    if facts.price_in is None or facts.price_out is None:
        return "price unknown"
    if not facts.price_in and not facts.price_out:
        return "free"
    more = {"cached": facts.price_cached_in, "cache write": facts.price_cache_write, "reasoning": facts.price_reasoning_out}
    parts = [f"{facts.price_in:g} in", f"{facts.price_out:g} out", *(f"{usd:g} {name}" for name, usd in more.items() if usd is not None)]
    if facts.price_batch is not None:
        parts.append(f"batch x{facts.price_batch:g}")
    if (above := facts.price_above) is not None:
        parts.append(f"above {above.tokens:,} tokens {above.price_in:g} in and {above.price_out:g} out")
    return ", ".join(parts) + (f" ({facts.date})" if facts.date else "")


def _limits(limits: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {kind}" for kind, n in limits.items())
