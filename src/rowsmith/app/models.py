"""Models: what is known of each, and facts of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rowsmith import registry
from rowsmith.app.lab import weights_of
from rowsmith.app.trials import Trial, ask_once, models_of
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.models import Model
from rowsmith.core.ports import Keys, Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.weights import Note
from rowsmith.engine.check_models import embedders
from rowsmith.engine.prompt_files import Find
from rowsmith.llm import facts
from rowsmith.llm.facts import Facts, Table
from rowsmith.llm.keys import key_of, name_of
from rowsmith.llm.providers import Provider
from rowsmith.store.files import atomic_write

HEAD = "# Models of this home, before those that Rowsmith knows. Written by rowsmith models add; may be edited.\n"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a model. `model` is what a recipe calls it; a `*` in it stands for anything. `key`: whether a key is there (None: none
    is needed). `tiers`: the limits of each plan, by its name. `own`: the home's own table says it."""

    model: str
    facts: Facts
    tiers: dict[str, dict[str, int]]
    key: bool | None
    own: bool

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"model": self.model, **self.facts.said(), "tiers": self.tiers, "key": self.key, "own": self.own}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a model of a recipe is asked under: prices in USD per million tokens (None: not known) and limits, explicit or of its
    tier. `batch` is a batched call's share of the price; None when the provider has no batch API."""

    role: str
    model: str
    price_in: float | None
    price_out: float | None
    context: int | None
    rpm: int | None
    tpm: int | None
    rpd: int | None
    tier: str | None
    batch: float | None

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Models:
    """The models that a home knows: `table` is what is known, `keys` where their keys are found, `environ` the environment; `find` finds the
    prompts that a recipe names."""

    def __init__(self, table: Table, keys: Keys, environ: Mapping[str, str], find: Find | None = None) -> None:
        self.table = table
        self.keys = keys
        self.environ = environ
        self._find = find
        self._asked: dict[str, bool | None] = {}

    def list(self, pattern: str | None = None) -> list[Known]:
        """Every model whose name holds `pattern`, the home's own first.

        Raises:
            Invalid: the home's table cannot be read.
        """
        found = (self._known(family, name, said) for family, name, said in self.table.known())
        return [known for known in found if pattern is None or pattern.lower() in known.model.lower()]

    def add(self, model: str, **said: Any) -> Known:
        """Write facts of a model into the home's table; a `*` in its name stands for anything. Facts that are there already and not given stay.

        Args:
            said: fields of rowsmith.llm.facts.Facts; None is not given.

        Raises:
            NotFound: there is no such provider. Invalid: a fact, or nothing is said.
        """
        name = _checked(model)
        given = {field: value for field, value in said.items() if value not in (None, ())}
        if not given:
            raise Invalid("Nothing is said of the model.", "Give its prices, for example --price-in 0.5 --price-out 1.5.")
        entries = self.table.mine()
        today = {"date": datetime.now(UTC).date().isoformat()} if any(field.startswith("price_") for field in given) else {}
        try:
            new = Facts(**{**entries.get(name, {}), **today, **given})
        except ValidationError as error:
            told = error.errors()[0]
            raise Invalid(f"{'.'.join(map(str, told['loc']))}: {told['msg']}.", "See rowsmith models add --help.") from None
        _write(self.path, {**entries, name: new.said()})
        return self._known("", name, new)

    def test(
        self, target: str, *, sets: Mapping[str, str] | None = None, base_url: str | None = None, answers: str | None = None,
        embed: bool = False, on_note: Note = lambda note: None,
    ) -> Iterator[Trial]:  # fmt: skip
        """Ask a model one question for real: the one that is called `target`, or each that the steps of the recipe in that file ask.

        Args:
            sets: values of the recipe's parameters. base_url, answers: go before what the recipe says (rowsmith.core.models.Model).
            embed: ask the model that is called `target` for an embedding. In a recipe that is known.
            on_note: hears what is waited for: a download, a model that is being loaded.

        Raises:
            NotFound: there is no such file. Invalid: the recipe cannot be read, or that is no model.
        """
        models, base = models_of(target, sets, base_url=base_url, answers=answers, embed=embed, prompts=self._find)
        weights = weights_of(base, self.environ)
        folders = (base / "plugins",)
        return ask_once(models, keys=self.keys, table=self.table, weights=weights, environ=self.environ, plugins=folders, on_note=on_note)

    @property
    def path(self) -> Path:
        """Where the home's own table is."""
        assert self.table.own is not None
        return self.table.own

    def _known(self, family: str, name: str, said: Facts) -> Known:
        if not family:
            return Known(name, said, {}, self._key(name), own=True)
        model = _spoken(family, name)
        plans = {plan: limits for plan, tier in facts.tiers(family).items() if (limits := facts.limits_of(tier, name))}
        return Known(model, said, plans, self._key(model), own=False)

    def _key(self, name: str) -> bool | None:
        """Whether the model's key is there, looked for once for all models that have the same; None where none is needed, or the provider
        cannot be reached by its name."""
        model = Model(model=name)
        try:
            provider = registry.provider(model.provider)
            place = f"{model.provider} {name_of(provider, model)}"
            if place not in self._asked:
                self._asked[place] = self._has_key(provider, model)
            return self._asked[place]
        except (NotFound, Invalid, Conflict):
            return None

    def _has_key(self, provider: Provider, model: Model) -> bool | None:
        try:
            return key_of(provider, model, self.keys) is not None or None
        except Paused:
            return False


def terms(recipe: Recipe, plugins: Sequence[Path] = ()) -> list[Terms]:
    """The terms of each model of a recipe that has what is known put in (rowsmith.engine.known)."""
    live = embedders(recipe)  # texts for embeddings go together anyway, and in no batch
    shares = {role: None if role in live else _batch(model, plugins) for role, model in recipe.models.items()}
    return [
        Terms(role, m.model, m.price_in, m.price_out, m.context, m.rpm, m.tpm, m.rpd, m.tier, shares[role]) for role, m in recipe.models.items()
    ]


def endings(models: Iterable[Model], table: Table) -> list[str]:
    """The models that their provider ends, as far as is known, each with the day."""
    ends = {model.model: table.of(model).until for model in models}
    return [f"{name} ends on {day}: what is to be carried out after that day needs another model." for name, day in ends.items() if day]


def _batch(model: Model, plugins: Sequence[Path]) -> float | None:
    if registry.provider(model.provider, plugins).batch(model) is None:
        return None
    return 1.0 if model.price_batch is None else model.price_batch


def _spoken(family: str, name: str) -> str:
    """What a recipe calls a model of the tables: by the provider of its family, or through LiteLLM where there is none."""
    if _is_provider(family) or "litellm" not in facts.families()[family]:
        return f"{family}/{name}"
    return f"litellm/{facts.families()[family]['litellm']}/{name}"


@cache
def _is_provider(name: str) -> bool:
    try:
        registry.provider(name)
    except NotFound:
        return False
    return True


def _checked(model: str) -> str:
    provider, slash, name = model.partition("/")
    if not slash or not name:
        raise Invalid(f"The model {model!r} has no provider.", "Write it as a recipe does: provider/name, for example openai/my-model.")
    if not _is_provider(provider) and provider not in facts.families():
        registry.provider(provider)  # says which there are
    return model


def _write(path: Path, entries: dict[str, dict[str, Any]]) -> None:
    with atomic_write(path) as file:
        file.write((HEAD + "models:\n").encode())
        file.writelines(_lines(entries))


def _lines(entries: dict[str, dict[str, Any]]) -> Iterator[bytes]:
    import yaml

    for name, said in sorted(entries.items()):
        key, value = (yaml.safe_dump(item, default_flow_style=True, width=10_000).removesuffix("\n...\n").strip() for item in (name, said))
        yield f"  {key}: {value}\n".encode()
