"""The checks that `rowsmith quality` knows: the step behind each name, what it needs, and which rows it is for.

A check by the kind of a step (`acme.swearing`) is a plug-in's, or any other step that flags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import Any

from rowsmith import registry
from rowsmith.app.quality_result import NotMeasured
from rowsmith.core.errors import Invalid, NotFound, choose
from rowsmith.core.models import Model
from rowsmith.core.said import Role
from rowsmith.core.step import CLASSIFIER, DATASET, EMBEDDER, MODEL, PATHS, Step

OF_ALL = {"diversity": "rowsmith.steps.diversity", "bias": "rowsmith.steps.bias_measure", "topics": "rowsmith.steps.topic_coverage"}
"""Checks that are of the whole dataset, and flag no rows: the module that measures each."""
CONTAMINATION, SEMANTIC, TOPICS = "contamination", "semantic-duplicates", "topics"
JUDGE, EMBEDDINGS = "judge", "embedder"
"""The roles of the models that checks ask."""
EMBEDDED = "embedded"
"""The step that embeds what rows say, and the column of their vectors."""


@dataclass(frozen=True, slots=True)
class Known:
    """One check. `found` goes on from "12 of 300 rows"; `needs` is the option without which it cannot be; it is for rows that say something in all
    of `roles`. `sets`: what its step is set to; `asks`: further settings that let it ask the model, where one is given; `guard`: the kind of the step
    in its place where that model answers in words and its own step asks a classifier."""

    name: str
    kind: str
    found: str
    needs: str = ""
    roles: tuple[Role, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    asks: Mapping[str, Any] = field(default_factory=dict)
    guard: str = ""


CHECKS = {
    one.name: one
    for one in (
        Known("duplicates", "filter.duplicates", "say exactly what another row says"),
        Known("near-duplicates", "filter.near_duplicates", "say almost what another row says"),
        Known(SEMANTIC, "filter.semantic_duplicates", "mean what another row means", needs="--embedder", sets={"vector": EMBEDDED}),
        Known("contamination", "score.contamination", "hold what the evaluation set holds", needs="--against"),
        Known("grounding", "score.grounded", "say what their source does not", roles=("context", "answer"), sets={"missing": "pass"}),
        Known("toxicity", "score.toxicity", "are toxic", guard="score.guard"),
        Known("pii", "score.pii", "hold personal data"),
        Known("bias", "", "", needs="--groups"),
        Known("form", "score.form", "are malformed"),
        Known("labels", "score.labels", "have a label that their text speaks against", roles=("label",)),
        Known("language", "score.language", "are in another language than they should be"),
        Known("injection", "score.hidden_instructions", "hold instructions to a model", sets={"column": ""}),
        Known("diversity", "", ""),
        Known(TOPICS, "", "", needs="--topics"),
    )
}
"""Every check by name, in the order of `--checks`."""
_FIX = {"--embedder": "--embedder provider/name", "--against": "--against FILE", "--groups": "--groups FILE", "--topics": "--topics FILE"}
_WHY = {
    "--embedder": "it compares meanings, and needs a model of embeddings", "--against": "it needs the file of an evaluation set",
    "--groups": "it needs the groups that are to be compared", "--topics": "it needs the topics that were asked for",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Means:
    """What checks are given: models (`provider/name`) and their addresses, an evaluation set (a file, or a dataset), a file of groups, the topics
    that were asked for, and by check what its step is set to beyond its defaults. `also`: the model is for something beside the checks, a rule of a
    gate or a repair."""

    model: str | None = None
    base_url: str | None = None
    embedder: str | None = None
    embedder_url: str | None = None
    against: Path | None = None
    against_dataset: str | None = None
    groups: Path | None = None
    topics: str | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    also: bool = False

    def has(self, option: str) -> bool:
        """Whether an option is given that a check needs."""
        given = {"--embedder": self.embedder, "--against": self.against or self.against_dataset, "--groups": self.groups, "--topics": self.topics}
        return not option or given[option] is not None

    def models(self) -> dict[str, dict[str, Any]]:
        """The models of the recipe, by role."""
        given = {JUDGE: (self.model, self.base_url), EMBEDDINGS: (self.embedder, self.embedder_url)}
        return {
            role: {"model": model, **({} if url is None else {"base_url": url})} for role, (model, url) in given.items() if model is not None
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """The checks of a run: `steps` (as a recipe has them) by check, those of the whole dataset, and those that are left out, with why."""

    steps: Mapping[str, Mapping[str, Any]]
    of_all: tuple[str, ...]
    left: tuple[NotMeasured, ...]

    def embeds(self, means: Means) -> bool:
        """Whether rows are embedded: for a check that compares meanings, or for topics, where a model is given."""
        return SEMANTIC in self.steps or (TOPICS in self.of_all and means.embedder is not None)

    def without(self, unfit: Mapping[str, int], spoken: str) -> Chosen:
        """The others, where these checks could not judge so many rows, for want of a column."""
        again = "rowsmith quality {1} --checks {0} --set {0}.column=NAME"
        told = (NotMeasured(name, f"{rows:,} rows lack a column that it needs.", again.format(name, quote(spoken))) for name, rows in unfit.items())
        return replace(self, steps={name: step for name, step in self.steps.items() if name not in unfit}, left=(*self.left, *told))

    @property
    def names(self) -> tuple[str, ...]:
        """The checks that are carried out, in the order of the table; those by kind last."""
        own = [name for name in self.steps if name not in CHECKS]
        return (*(name for name in CHECKS if name in self.steps or name in self.of_all), *own)


def known(name: str) -> Known:
    """A check by its name, or by the kind of its step.

    Raises:
        NotFound: there is none.
    """
    if name in CHECKS:
        return CHECKS[name]
    if registry.KIND.fullmatch(name):
        return Known(name, name, "are flagged")
    raise NotFound(f"No check is called {name!r}.", f"{choose(name, list(CHECKS))} The kind of a step that flags is a check, too.")


def chosen(names: Sequence[str] | None, means: Means, spoken: str, plugins: Sequence[Path]) -> Chosen:
    """The checks that are wanted; without names all for which nothing is missing.

    Args:
        spoken: what is checked, as a command names it.

    Raises:
        NotFound: there is no such check, or no step behind it. Invalid: a check lacks what it needs, or its step flags nothing.
    """
    steps, of_all, left = dict[str, dict[str, Any]](), list[str](), list[NotMeasured]()
    for one in map(known, dict.fromkeys(CHECKS if names is None else names)):
        if not means.has(one.needs):
            fix = f"rowsmith quality {quote(spoken)} --checks {one.name} {_FIX[one.needs]}"
            if names is not None or one.name in means.settings:
                raise Invalid(f"The check {one.name} cannot be carried out: {_WHY[one.needs]}.", fix)
            left.append(NotMeasured(one.name, f"{_WHY[one.needs].capitalize()}.", fix))
            continue
        try:
            if one.name in OF_ALL:
                of_all.append(_measured(one.name))
            else:
                steps[one.name] = _step(one, means, plugins)
        except (Invalid, NotFound) as error:
            if names is not None or one.name in means.settings:
                raise
            left.append(NotMeasured(one.name, error.what, error.fix))
    _require_used(means, steps, of_all)
    return Chosen(steps, tuple(of_all), tuple(left))


def _measured(name: str) -> str:
    if find_spec(OF_ALL[name]) is None:
        raise NotFound(f"The check {name} is the module {OF_ALL[name]}, and there is none.", "Install Rowsmith anew.")
    return name


def _step(one: Known, means: Means, plugins: Sequence[Path]) -> dict[str, Any]:
    if one.name in CHECKS and one.kind not in registry.step_kinds(plugins):
        raise NotFound(f"The check {one.name} is the step {one.kind}, and there is none.", "rowsmith steps lists those that there are.")
    scores = means.model is not None and _scores(means.model, plugins)
    kind = one.guard if one.guard and means.model is not None and not scores else one.kind
    cls = registry.step(kind, plugins)
    if "action" not in cls.model_fields:
        raise Invalid(f"The step {one.kind} flags nothing.", "A check is a step with the setting action: flag (rowsmith steps).")
    settings: dict[str, Any] = {"kind": kind, "name": one.name, "action": "flag"}
    if one.needs == "--against":
        settings |= {name: [str(means.against)] for name in cls.fields_marked(PATHS)[:1] if means.against is not None}
        settings |= {name: [means.against_dataset] for name in cls.fields_marked(DATASET)[:1] if means.against_dataset is not None}
    settings |= {**one.sets, **_asking(one, cls, means, scores)}
    return settings | dict(means.settings.get(one.name, {}))


def _asking(one: Known, cls: type[Step], means: Means, scores: bool) -> dict[str, Any]:
    """The settings by which a step asks the models that are given; `scores`: the model is a classifier."""
    found: dict[str, Any] = {}
    classifiers = cls.fields_marked(CLASSIFIER)
    if means.model is not None and (fields := classifiers if scores else [name for name in cls.fields_marked(MODEL) if name not in classifiers]):
        found |= {**dict.fromkeys(fields, JUDGE), **one.asks}
    if means.embedder is not None:
        found |= dict.fromkeys(cls.fields_marked(EMBEDDER), EMBEDDINGS)
    return found


def _scores(model: str, plugins: Sequence[Path]) -> bool:
    """Whether a model scores texts by category; of one that cannot be found the check of the recipe speaks."""
    try:
        return bool(getattr(registry.provider(Model(model=model).provider, plugins), "classifies", 0))
    except NotFound:
        return False


def _require_used(means: Means, steps: Mapping[str, Mapping[str, Any]], of_all: Sequence[str]) -> None:
    """What is given and changes nothing is refused, not passed over.

    Raises:
        Invalid: so it is.
    """
    idle = [name for name in means.settings if name not in steps]
    if idle:
        raise Invalid(f"--set {idle[0]}. ...: the check {idle[0]} is not carried out.", f"Carried out are: {', '.join([*steps, *of_all])}.")
    for option, value, role in (("--model", means.model, JUDGE), ("--embedder", means.embedder, EMBEDDINGS)):
        beside = (role is EMBEDDINGS and (SEMANTIC in steps or TOPICS in of_all)) or (role is JUDGE and means.also)
        uses = beside or any(role in step.values() for step in steps.values())
        if value is not None and not uses:
            raise Invalid(f"{option} changes nothing: no check that is carried out uses it.", f"Carried out are: {', '.join([*steps, *of_all])}.")
    for option, url, model in (("--base-url", means.base_url, means.model), ("--embedder-url", means.embedder_url, means.embedder)):
        if url is not None and model is None:
            raise Invalid(f"{option} needs a model.", f"Name it: {'--model' if option == '--base-url' else '--embedder'} provider/name.")
    carried = (*steps, *of_all)
    needed = (("--groups", means.groups, "bias"), ("--topics", means.topics, TOPICS), ("--against FILE", means.against, CONTAMINATION))
    for option, given, name in needed:
        if given is not None and name not in carried:
            raise Invalid(f"{option} changes nothing: the check {name} is not carried out.", "Add it to --checks.")
