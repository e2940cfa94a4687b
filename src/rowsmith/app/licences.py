"""What rows may be used for: the licence and terms of their sources and of the models that wrote them, and policies of exports.

A summary of what licences say ships as data (content/licences.yaml), with the date on which they were read. It is no legal advice; what it
does not know is not cleared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.models import Model
from rowsmith.core.row import Row
from rowsmith.llm.facts import RIGHTS, Table
from rowsmith.store import calls
from rowsmith.store.sources import sources_of

if TYPE_CHECKING:
    from rowsmith.app.datasets import Datasets

PAGE = 500
Verdict = Literal["yes", "no", "conditions", "unknown"]


class Licence(BaseModel):
    """What a licence, or terms of use, say of training a model commercially. `date`: when they were read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    commercial_training: Literal["yes", "no", "conditions"]
    conditions: str = ""
    attribution: bool = False
    share_alike: bool = False
    source: str
    date: str


class Policy(BaseModel):
    """Which rows an export lets out. A row goes when every source of it and every model that wrote in it is cleared; what is not known
    is not cleared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name of the policy.", min_length=1)
    commercial_training: bool = Field(False, description="Let out what licences say may be used to train a model commercially.")
    conditions: bool = Field(False, description="With commercial_training: also what they allow under conditions. They are yours to meet.")
    share_alike: bool = Field(True, description="Also what may have to be passed on under the same licence.")
    licences: list[str] = Field(default_factory=list, description="Licences and terms that are let out whatever they say; `*` stands for anything.")
    models: list[str] = Field(default_factory=list, description="Models that are let out whatever their terms; `*` stands for anything.")
    sources: dict[str, str] = Field(
        default_factory=dict, description="Licences of sources that say none themselves: name -> licence; `*` in a name stands for anything."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Policy:
        if not (self.commercial_training or self.licences):
            raise ValueError("it lets nothing out: set commercial_training, or list licences")
        return self


POLICIES = {"commercial-training": Policy(name="commercial-training", commercial_training=True)}
"""The policies that ship."""


@cache
def table() -> dict[str, Licence]:
    """What is known of licences and terms, by identifier in lower case."""
    import yaml

    said = yaml.safe_load(files("rowsmith.content").joinpath("licences.yaml").read_text(encoding="utf-8"))
    every = {**said["licences"], **said["terms"]}
    return {name.lower(): Licence(**{"date": said["date"], **facts}) for name, facts in every.items()}


def policy_of(name: str) -> Policy:
    """The policy that ships under this name, or that stands in this YAML file.

    Raises:
        NotFound: neither. Invalid: the file is no policy.
    """
    if name in POLICIES:
        return POLICIES[name]
    path = Path(name)
    if not path.is_file():
        fix = f"{choose(name, sorted(POLICIES))} Or give the path of a YAML file."
        raise NotFound(f"There is no policy {name!r}, and no file of that name.", fix)
    import yaml

    fix = "See docs/provenance.md for what a policy says."
    try:
        return Policy(**{"name": path.stem, **(yaml.safe_load(path.read_text(encoding="utf-8")) or {})})
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise Invalid(f"{name} is no policy: {' '.join(str(error).split())}.", fix) from None
    except ValidationError as error:
        told = error.errors()[0]
        raise Invalid(f"{name} is no policy: {'.'.join(map(str, told['loc']))} {told['msg']}.".replace(":  ", ": "), fix) from None


# -- of one row -----------------------------------------------------------------------------------------------------------------------------

Said = tuple[str, tuple[str, ...]]
"""Who (`source in.jsonl`, `model openai/gpt-4o`), and the identifiers of its licence and terms; none where they are not known."""


class Rights:
    """Finds what rows say of licences and terms, and what is known of the models in them; `learn` looks things up, many rows at a time."""

    def __init__(self, datasets: Datasets, policy: Policy | None = None) -> None:
        self._db, self._table = datasets.lab.db, datasets.lab.table
        self._policy = policy
        self._profiles: dict[str, str] = {}
        self._known = cache(self._of_model)

    def learn(self, rows: Iterable[Row]) -> None:
        """What is asked next is asked of these rows."""
        models = (made for row in rows for made in row.origin.get("made", ()) if made.get("model"))
        self._profiles = calls.profiles_of(self._db, {made["calls"][-1] for made in models if made.get("calls")})

    def of_row(self, origin: Mapping[str, Any]) -> Iterator[Said]:
        """What binds the row: each source, then each model that wrote in it."""
        said = origin.get("source")
        for source, name in zip(said if isinstance(said, list) else [said], sources_of(origin), strict=False):
            found = _stated(source) if isinstance(source, Mapping) else ()
            yield f"source {name.name or 'that is not named'}", found or self._of_source(name.name)
        for made in origin.get("made", ()):
            if model := made.get("model"):
                yield f"model {model}", tuple(self.of_made(made).values())

    def of_made(self, made: Mapping[str, Any]) -> dict[str, str]:
        """Licence and terms of the model that a step asked: as the row has it, else as they are known now of a model at that address."""
        stated = {name: made[name] for name in RIGHTS if made.get(name)}
        keys = made.get("calls") or ()
        return stated or (dict(self._known(made["model"], self._profiles.get(keys[-1], ""))) if keys else {})

    def _of_model(self, model: str, profile: str) -> Mapping[str, str]:
        """A name alone says nothing: another server may answer under it. Without the address nothing is known but what the home's table says."""
        return rights_at(self._table, model, profile)

    def _of_source(self, name: str) -> tuple[str, ...]:
        fits = (pattern for pattern in (self._policy.sources if self._policy else ()) if fnmatchcase(name, pattern))
        best = max(fits, key=len, default=None)
        return (self._policy.sources[best],) if self._policy and best is not None else ()


def rights_at(known: Table, model: str, profile: str) -> Mapping[str, str]:
    """What is known of a model that was asked at `profile`, an address or the name of what it is; "": not known where."""
    if "://" in profile or not profile:
        return known.rights(Model(model=model, base_url=profile or "http://unknown.invalid"))
    return known.rights(Model(model=model))


def _stated(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(said[name]) for name in RIGHTS if said.get(name))


def verdict(name: str) -> Verdict:
    """Whether what stands under this licence or these terms may be used to train a model commercially, as far as is known."""
    found = table().get(name.lower())
    return found.commercial_training if found else "unknown"


def verdict_of(names: Iterable[str]) -> Verdict:
    """The same of several that hold together: the strictest."""
    found = [verdict(name) for name in names]
    order: tuple[Verdict, ...] = ("no", "unknown", "conditions", "yes")
    return next((one for one in order if one in found), "unknown")


def objections(rights: Rights, policy: Policy, origin: Mapping[str, Any]) -> list[str]:
    """Why the policy does not let a row out; nothing when it does."""
    return [f"{who}: {why}" for who, names in rights.of_row(origin) if (why := _objection(policy, who, names))]


def _objection(policy: Policy, who: str, names: tuple[str, ...]) -> str:
    if who.startswith("model ") and any(fnmatchcase(who.removeprefix("model "), pattern) for pattern in policy.models):
        return ""
    if not names:
        return "its licence is not known" if who.startswith("source ") else "its terms are not known"
    return next((why for name in names if (why := _forbidden(policy, name))), "")


def _forbidden(policy: Policy, name: str) -> str:
    if any(fnmatchcase(name.lower(), pattern.lower()) for pattern in policy.licences):
        return ""
    found = table().get(name.lower())
    if not policy.commercial_training:
        return f"{name} is not among the licences that {policy.name} lists"
    if found is None:
        return f"what {name} says is not known"
    if found.share_alike and not policy.share_alike:
        return f"{name} asks to pass on under the same licence"
    if found.commercial_training == "no":
        return f"{name} does not allow it"
    if found.commercial_training == "conditions" and not policy.conditions:
        return f"{name} allows it under conditions: {found.conditions}"
    return ""


# -- of a dataset ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """A source or a model, the licences and terms that are known of it, how many rows it binds, and what they say of commercial training."""

    name: str
    licences: tuple[str, ...]
    rows: int
    commercial_training: Verdict


@dataclass(frozen=True, slots=True)
class Licences:
    """What binds the rows of a dataset: `sources` by licence, `models` by terms. `cleared`: rows that commercial-training lets out."""

    rows: int
    cleared: int
    sources: list[Bound] = field(default_factory=list)
    models: list[Bound] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def licences_of(datasets: Datasets, spoken: str) -> Licences:
    """Count the rows of a dataset, version or run by what binds them."""
    rights, policy = Rights(datasets), POLICIES["commercial-training"]
    counts: Counter[Said] = Counter()
    total = cleared = 0
    stream = iter(datasets.rows(spoken))
    while page := list(islice(stream, PAGE)):
        rights.learn(page)
        total += len(page)
        for row in page:
            counts.update(set(rights.of_row(row.origin)))
            cleared += not objections(rights, policy, row.origin)
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bound = {kind: [_bound(kind, said, n) for said, n in found if said[0].startswith(f"{kind} ")] for kind in ("source", "model")}
    return Licences(total, cleared, bound["source"], bound["model"])


def _bound(kind: str, said: Said, rows: int) -> Bound:
    return Bound(said[0].removeprefix(f"{kind} "), said[1], rows, verdict_of(said[1]))
