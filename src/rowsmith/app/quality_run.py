"""The run behind `rowsmith quality`: an ordinary one, which reads a dataset or a file, carries it through the chosen checks, and commits nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.downloads import HUB, here, is_url
from rowsmith.app.hub_token import with_hub_token
from rowsmith.app.quality_checks import EMBEDDED, EMBEDDINGS, JUDGE, SEMANTIC, Chosen, Means
from rowsmith.core.errors import Conflict, Invalid, NotFound, choose
from rowsmith.core.recipe import Recipe
from rowsmith.core.step import MODEL, Step
from rowsmith.engine import recipe_file
from rowsmith.store.datasets import Datasets
from rowsmith.store.versions import Version

if TYPE_CHECKING:
    from rowsmith.app.lab import Lab
    from rowsmith.app.results import Result
    from rowsmith.app.runs import OnProgress, Runs
    from rowsmith.engine.terms import Stopping

_TURN = " again "
_ENDED = ("finished", "shortfall")


@dataclass(frozen=True, slots=True)
class Watched:
    """How a run is watched, and what it may spend."""

    budget_usd: float | None = None
    budget_tokens: int | None = None
    grace_s: float = 30.0
    offline: bool = False
    on_progress: OnProgress | None = None
    stopping: Stopping | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What is checked: what people call it, the step that reads it, and its version; None: it is a file, whose rows are known by their lines."""

    spoken: str
    source: Mapping[str, Any]
    version: Version | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The dataset's name without branch or version; of a file, the file."""
        return self.spoken.partition("@")[0] if self.version is not None else self.spoken


class NotDone(Conflict):
    """The run of the checks stands still before its end. `result` is what it has come to."""

    def __init__(self, result: Result) -> None:
        what = f"The checks are not done: run {result.run} is {result.state}. {result.reason}".strip()
        super().__init__(what, "The same command again goes on, and checks and buys nothing twice.")
        self.result = result
        self.more = {"run": result.run, "state": result.state}


def names_dataset(lab: Lab, project: str, spoken: str) -> bool:
    """Whether it is a dataset of the project, rather than a file. A name that is both means the dataset; ./name is the file."""
    return spoken.partition("@")[0] in {one.name for one in Datasets(lab.db).list(project)}


@contextmanager
def target(lab: Lab, project: str, spoken: str, format: str | None = None) -> Iterator[Target]:
    """What is meant: a dataset (`name`, `name@version`), or a file, also at an address or on a hub, which is here for as long as it is read.

    Raises:
        NotFound: it is neither. Invalid: a format is given for a dataset, or the file is none.
    """
    if names_dataset(lab, project, spoken):
        if format is not None:
            raise Invalid("--from names the format of a file, and this is a dataset.", "Leave it out.")
        also = (f"{spoken} is a file here, too; the dataset is meant. Write ./{spoken} for the file.",) if Path(spoken).is_file() else ()
        version = Datasets(lab.db).resolve(project, spoken)
        fixed = f"{spoken.partition('@')[0]}@{version.id}"
        yield Target(spoken, {"kind": "read.dataset", "name": "rows", "dataset": fixed, "flags": False}, version, also)
        return
    _require_file(lab, project, spoken)
    environ = with_hub_token(lab, project) if spoken.startswith(HUB) else lab.environ
    with here([spoken], environ) as [brought]:
        path = brought.path.absolute()
        files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        if len(files) != 1:
            raise Invalid(f"{spoken} is {len(files)} files.", "Name one of them, or import them all: rowsmith import FILES --into DATASET.")
        settings = {"places": brought.places, "answers": brought.answers, "format": format}
        source = {"kind": "read.records", "name": "rows", "paths": [str(files[0])], **{name: each for name, each in settings.items() if each}}
        yield Target(spoken, source, notes=tuple(brought.notes))


def _require_file(lab: Lab, project: str, spoken: str) -> None:
    if not (Path(spoken).exists() or is_url(spoken) or spoken.startswith(HUB)):
        names = [one.name for one in Datasets(lab.db).list(project)]
        raise NotFound(f"There is no dataset and no file {spoken!r}.", f"{choose(spoken, names)} Or check the path." if names else "Check the path.")
    if Path(spoken).is_dir():
        raise Invalid(f"{spoken} is a folder.", "Name one file in it, or import it: rowsmith import FOLDER --into DATASET.")


@dataclass(frozen=True, slots=True)
class More:
    """What a run does beside the checks: asks the questions of a gate, by models of their own; or has flags repaired, `tries` times at most, and
    looks anew each time."""

    questions: Sequence[Step] = ()
    models: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repairs: Sequence[str] = ()
    tries: int = 0


ONLY_CHECKS = More()


def recipe(at: Target, checks: Chosen, means: Means, plugins: tuple[Path, ...], more: More = ONLY_CHECKS) -> Recipe:
    """The recipe: its source, and the checks; those that see each row by itself come first, so that they stream, then questions, and the check that
    compares meanings last, behind the step that embeds for it. Behind each repair stand all checks once more.

    Raises:
        Invalid: a setting cannot be.
    """
    called = re.sub(r"[@/\s\x00-\x1f\x7f]+", " ", f"quality {at.name.rstrip('/').rpartition('/')[2]}")[:150].strip()
    data: dict[str, Any] = {"name": called, "steps": [at.source]}
    for turn in range(more.tries + 1):
        if turn:
            data["steps"].append({"kind": "transform.repair", "name": _turned("repair", turn - 1), "flags": list(more.repairs), "model": JUDGE})
        data["steps"] += [{**step, "name": _turned(name, turn)} for name, step in checks.steps.items()]
        if checks.embeds(means):
            data["steps"].append({"kind": "transform.embed", "name": _turned(EMBEDDED, turn), "column": "", "into": EMBEDDED, "model": EMBEDDINGS})
    data["steps"] += [step.settings() for step in more.questions]
    if asked := {**_asked(checks, means, more), **more.models}:
        data["models"] = asked
    built = recipe_file.build(data, plugins=plugins)
    source, *steps = built.steps
    return built.model_copy(update={"steps": [source, *sorted(steps, key=_place)]})


def _turned(name: str, turn: int) -> str:
    """The name of a step in its first turn, and in later ones."""
    return f"{name}{_TURN}{turn + 1}" if turn else name


def _place(step: Step) -> tuple[int, int]:
    """In which turn it has its place, and where there."""
    name, _, turn = step.title.partition(_TURN)
    number = int(turn or 1)
    if step.kind == "transform.repair":
        return number, 5
    if name in (EMBEDDED, SEMANTIC):
        return number, 3 + (name == SEMANTIC)
    return number, 2 if step.kind == "score.question" else int(step.shape == "set")


def _asked(checks: Chosen, means: Means, more: More) -> dict[str, dict[str, Any]]:
    """The models that some step asks; a role that no step names is no part of a recipe."""
    named = {value for step in checks.steps.values() for value in step.values() if isinstance(value, str)}
    named |= {EMBEDDINGS} if checks.embeds(means) else set()
    named |= {JUDGE} if more.tries else {value for step in more.questions for value in step.marked(MODEL).values()}
    return {role: model for role, model in means.models().items() if role in named}


def steps_of(made: Recipe, checks: Chosen, turn: int = 0) -> dict[str, Step]:
    """The steps of the checks, by the checks' names, in the order of the recipe; with `turn`, as they stand behind so many repairs."""
    names = {_turned(name, turn): name for name in checks.steps}
    return {names[step.title]: step for step in made.steps if step.title in names}


def carried_out(runs: Runs, made: Recipe, watched: Watched) -> Result:
    """Carry the checks out, to their end.

    Raises:
        NotDone: they stand still before it. Invalid, NotFound, Unavailable: as any run.
    """
    done = runs.start(
        made, commit=False, budget_usd=watched.budget_usd, budget_tokens=watched.budget_tokens, grace_s=watched.grace_s, offline=watched.offline,
        on_progress=watched.on_progress, stopping=watched.stopping,
    )  # fmt: skip
    if done.state not in _ENDED:
        raise NotDone(done)
    return done
