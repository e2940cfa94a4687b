"""What is known of models before they are asked: prices, window, vocabulary, limits of a plan, what they can do.

The tables ship as data (content/models.yaml and content/models/); a home has one of its own, which goes before them. A file is read when
a model of its provider is looked up. What is not known stays unknown: None, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt, ValidationError

from rowsmith.core.errors import Invalid
from rowsmith.core.models import Above, Model, Tokenizer
from rowsmith.llm import litellm_table

Can = Literal["schema", "tools", "images", "audio", "reasoning", "embeddings"]
"""What a model can do: keep to a schema, call tools, take images or audio, think first; give embeddings, and no answers."""
_DATED = re.compile(r"[-@](?:20\d\d-\d\d-\d\d|20\d{6}|\d{4}|\d{3}|latest)$")
_HANGING = {"price_in": ("price_cached_in", "price_cache_write", "price_above"), "price_out": ("price_reasoning_out", "price_above")}
"""Prices that mean nothing beside another one than their own."""


class Facts(BaseModel):
    """What is known of one model. Prices in USD per million tokens, as in core.models.Model; `until` is the day on which the provider ends
    it, `date` and `source` say when and from where the prices were taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price_in: NonNegativeFloat | None = None
    price_out: NonNegativeFloat | None = None
    price_cached_in: NonNegativeFloat | None = None
    price_cache_write: NonNegativeFloat | None = None
    price_reasoning_out: NonNegativeFloat | None = None
    price_batch: Annotated[float, Field(ge=0, le=1)] | None = None
    price_above: Above | None = None
    context: PositiveInt | None = None
    max_output: PositiveInt | None = None
    tokenizer: Tokenizer | None = None
    can: tuple[Can, ...] = ()
    rpm: PositiveInt | None = None
    tpm: PositiveInt | None = None
    rpd: PositiveInt | None = None
    rpd_zone: str | None = None
    licence: str | None = None
    terms: str | None = None
    until: str | None = None
    date: str | None = None
    source: str | None = None

    def said(self) -> dict[str, Any]:
        """What is known, as plain data."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def prices(self) -> dict[str, Any]:
        """The prices alone, as plain data."""
        return {name: value for name, value in self.said().items() if name.startswith("price_")}


NOTHING = Facts()
RIGHTS = ("licence", "terms")
"""What binds what is made of a model's answers; no setting of how it is asked."""


@dataclass(frozen=True, slots=True)
class Tier:
    """The limits of one plan of a provider, by pattern of the model's name; days begin at midnight in `zone`."""

    limits: Mapping[str, Mapping[str, int]]
    zone: str
    date: str
    page: str


class Table:
    """All that is known of models. `own` is the home's file, which need not be there."""

    def __init__(self, own: Path | None = None) -> None:
        self.own = own

    def of(self, model: Model) -> Facts:
        """What is known of the model, where it is asked; with the limits of its `tier`.

        Raises:
            Invalid: the home's file cannot be read.
        """
        place = family_of(model)
        known = _shipped(*place) if place else {}
        if not known and model.provider == "litellm" and model.base_url is None:
            known = _of_litellm(model.name)
        if place and model.tier and (tier := tiers(place[0]).get(model.tier)):
            known = {**known, **_limits(tier, place[1])}
        mine = self.mine()
        own = mine.get(_fitting(mine, f"{model.provider}/{model.name}") or "", {})
        return Facts(**_over(own, known))

    def mine(self) -> dict[str, dict[str, Any]]:
        """The entries of the home's own file, by name or pattern.

        Raises:
            Invalid: it is not as it should be.
        """
        return _own(self.own) if self.own is not None and self.own.is_file() else {}

    def rights(self, model: Model) -> dict[str, str]:
        """`licence` and `terms` of what the model answers, as far as they are known: the model's own settings, the home's file, and the terms
        of the provider at whose address it is asked."""
        mine, place = self.mine(), family_of(model)
        own = mine.get(_fitting(mine, f"{model.provider}/{model.name}") or "", {})
        said = families()[place[0]] if place else {}
        found = {name: getattr(model, name) or own.get(name) or said.get(name) for name in RIGHTS}
        return {name: value for name, value in found.items() if value}

    def known(self) -> Iterator[tuple[str, str, Facts]]:
        """(family, name, facts) of every model that the tables name, the home's own ones under the family `""`."""
        for name, facts in self.mine().items():
            yield "", name, Facts(**facts)
        for family in families():
            for name in {**_file(family)["models"], **families()[family].get("models", {})}:
                yield family, name, Facts(**_shipped(family, name))


def filled(model: Model, facts: Facts) -> Model:
    """The model with what is known of it in the settings that it leaves open."""
    given = {name for name in Facts.model_fields if name in Model.model_fields and getattr(model, name) is not None}
    if "rpd" in given or facts.rpd is None:
        given.add("rpd_zone")
    else:
        given.discard("rpd_zone")
    dropped = {name for price in given for name in _HANGING.get(price, ())}
    open_ = (facts.model_fields_set & Model.model_fields.keys()) - given - dropped - set(RIGHTS)
    return model.model_copy(update={name: value for name in open_ if (value := getattr(facts, name)) is not None})


def family_of(model: Model) -> tuple[str, str] | None:
    """(family, name there) of a model that is asked at its provider's own address, or at a server of one's own; None for any other."""
    if model.provider == "litellm":
        provider, slash, name = model.name.partition("/")
        found = (family for family, said in families().items() if slash and said.get("litellm") == provider and model.base_url is None)
        return next(((family, name.removeprefix("converse/")) for family in found), None)
    if families().get(model.provider, {}).get("own") or (model.base_url is None and model.provider in families()):
        return model.provider, model.name
    host = urlsplit(model.base_url or "").hostname
    return next(((family, model.name) for family, said in families().items() if host in said.get("hosts", ())), None)


def tiers(family: str) -> dict[str, Tier]:
    """The plans of a family whose limits are known."""
    found = families()[family].get("tiers", {})
    page = families()[family].get("page", "")
    return {name: Tier(tier["limits"], tier.get("zone", "UTC"), tier["date"], tier.get("page", page)) for name, tier in found.items()}


def limits_of(tier: Tier, name: str) -> dict[str, int]:
    """The limits of a model in a plan; empty when none are known."""
    return dict(tier.limits.get(_fitting(tier.limits, name) or "", {}))


def dated_base(name: str) -> str | None:
    """The name without the date at its end, or `latest`; None when it has none."""
    base = _DATED.sub("", name)
    return base if base != name else None


@cache
def families() -> dict[str, dict[str, Any]]:
    """The hand-kept facts of each provider (content/models.yaml)."""
    found: dict[str, dict[str, Any]] = _read(files("rowsmith.content").joinpath("models.yaml").read_text(encoding="utf-8"))
    return found


def _limits(tier: Tier, name: str) -> dict[str, Any]:
    limits: dict[str, Any] = limits_of(tier, name)
    return {**limits, "rpd_zone": tier.zone} if "rpd" in limits else limits


@cache
def _file(family: str) -> dict[str, Any]:
    path = files("rowsmith.content").joinpath("models", f"{family}.yaml")
    return _read(path.read_text(encoding="utf-8")) if path.is_file() else {"models": {}}


def _read(text: str) -> Any:
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _shipped(family: str, name: str) -> dict[str, Any]:
    said, table = families()[family], _file(family)
    models = {**table["models"], **said.get("models", {})}
    found = _fitting(models, name)
    if found is None:
        return {}
    facts = {**models[found]}
    words = said.get("tokenizers", {})
    if tokenizer := words.get(_fitting(words, name) or ""):
        facts.setdefault("tokenizer", tokenizer)
    if "price_in" in facts and "price_batch" in said:
        facts.setdefault("price_batch", said["price_batch"])
    if any(key.startswith("price_") for key in facts) and "date" in table:
        facts = {"date": table["date"], "source": said.get("page", table["source"]), **facts}
    return facts


def _of_litellm(name: str) -> dict[str, Any]:
    """What the installed LiteLLM knows of a model, by the name that it goes by there."""
    table = litellm_table.entries()
    provider, _, rest = name.partition("/")
    entry = table.get(name) or (found if (found := table.get(rest)) and str(found.get("litellm_provider")).startswith(provider) else None)
    facts = litellm_table.facts_of(entry) if entry else None
    return {} if facts is None else {"source": litellm_table.source(), **facts}


def _fitting(names: Iterable[str], name: str) -> str | None:
    """The name itself, else the one it dates, else the longest pattern that fits."""
    known = names if isinstance(names, Mapping) else set(names)
    for exact in (name, dated_base(name)):
        if exact is not None and exact in known:
            return exact
    return max((pattern for pattern in known if "*" in pattern and fnmatchcase(name, pattern)), key=len, default=None)


def _over(own: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The home's own facts before the shipped ones, without prices that hang on one that is replaced."""
    dropped = {name for price in own for name in _HANGING.get(price, ())}
    if own.keys() & _HANGING.keys():
        dropped |= {"date", "source", "price_batch"}
    return {**{name: value for name, value in known.items() if name not in dropped}, **own}


def _own(path: Path) -> dict[str, dict[str, Any]]:
    import yaml

    fix = "Correct it, or add the model anew with rowsmith models add."
    try:
        found = _read(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is no YAML: {' '.join(str(error).split())}.", fix) from None
    models = found.get("models") if isinstance(found, dict) else None
    if not isinstance(models, dict):
        raise Invalid(f"{path} has no mapping 'models'.", fix)
    out = {}
    for name, said in models.items():
        try:
            out[str(name)] = Facts(**(said or {})).said()
        except (ValidationError, TypeError) as error:
            told = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": "it is no mapping"}
            raise Invalid(f"{path}: {name}: {'.'.join(map(str, told['loc']))}: {told['msg']}.", fix) from None
    return out
