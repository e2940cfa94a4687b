"""models: list, add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rowsmith.cli.options import HOME, PROJECT, AsJson, Home, keys, lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rowsmith.app.models import Known
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
    app.add_typer(group, name="models")


def list_models(
    pattern: Annotated[str | None, typer.Argument(metavar="[PART]", help="Only models whose name holds this.")] = None,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """List models with prices in USD per million tokens, limits, window, what they can do, and whether a key is there."""
    from rowsmith.app.lab import models_file
    from rowsmith.app.models import Models
    from rowsmith.cli.show import print_json
    from rowsmith.llm.facts import Table

    found = Models(Table(models_file(home)), keys(home).of(PROJECT)).list(pattern)  # no home is made for looking
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
    can: Annotated[list[str] | None, typer.Option("--can", metavar="WHAT", help="schema, tools, images, audio, reasoning; repeatable.")] = None,
    rpm: Annotated[int | None, _number("--rpm", "Requests a minute.")] = None,
    tpm: Annotated[int | None, _number("--tpm", "Tokens a minute.")] = None,
    rpd: Annotated[int | None, _number("--rpd", "Requests a day.")] = None,
    home: Home = HOME,
    as_json: AsJson = False,
) -> None:
    """Tell this home what a model costs and can do. Runs that have begun keep the prices that they began with."""
    from rowsmith.cli.show import print_json

    models = lab(home, make=True).models
    known = models.add(
        name, price_in=price_in, price_out=price_out, price_cached_in=price_cached_in, price_cache_write=price_cache_write,
        price_reasoning_out=price_reasoning_out, price_batch=price_batch, context=context, max_output=max_output, tokenizer=tokenizer,
        can=tuple(can or ()), rpm=rpm, tpm=tpm, rpd=rpd,
    )  # fmt: skip
    print_json({**known.dump(), "file": str(models.path)}) if as_json else typer.echo(f"{name} is written to {models.path}.")


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
