"""How an act on a whole dataset is carried out: its rows are read from one version, and what becomes of them is committed as the next.

Rows stream; what has to be known of all of them lies in a scratch folder of the home. The version that is read is the head of the branch
that is written, and stays so until the commit: an act never undoes what somebody else commits meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import ValidationError

from rowsmith.app import preparing
from rowsmith.app.lab import Lab
from rowsmith.connectors.templates import Templates
from rowsmith.core.errors import Conflict, Invalid, NotFound, Problem, choose
from rowsmith.core.ports import Rows
from rowsmith.core.row import Dropped, Row
from rowsmith.core.step import Step
from rowsmith.store.datasets import MAIN, Datasets
from rowsmith.store.reading import VersionRows
from rowsmith.store.refs import Refs
from rowsmith.store.versions import Version

AnyStep = TypeVar("AnyStep", bound=Step)


@dataclass(frozen=True, slots=True)
class Shaped:
    """What came of an act: the version that was committed, rows before and in it, and what the act itself has to say (`report`)."""

    dataset: str
    branch: str
    version: str
    rows_before: int
    rows: int
    report: Mapping[str, Any] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        told = {"dataset": self.dataset, "branch": self.branch, "version": self.version, "rows_before": self.rows_before, "rows": self.rows}
        return {**told, **self.report}


class Lent:
    """What a step is lent where it works on a dataset without a run: a scratch folder, and what renders templates."""

    def __init__(self, step: str, scratch: Path) -> None:
        self.step, self.scratch = step, scratch
        self._templates = Templates()

    def render(self, text: str, scope: Mapping[str, Any]) -> str:
        """See core.ports.Context."""
        return self._templates.render(text, scope)

    def close(self) -> None:
        """End the process that it may have started."""
        self._templates.close()


class Unmoved:
    """No rows of earlier waves (core.ports.Kept)."""

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Row]:
        return iter(())

    def waves(self) -> Sequence[Rows]:
        """There are none."""
        return ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where an act reads (`version`, `rows`) and where it commits (`head` stands there). `fresh`: elsewhere than it reads."""

    spoken: str
    version: Version
    rows: VersionRows
    dataset: str
    branch: str
    head: Version | None
    fresh: bool


def target(lab: Lab, project: str, spoken: str, into: str | None) -> Target:
    """What `DATASET[@BRANCH]` and `--into` mean.

    Raises:
        NotFound: there is no such dataset or version.
        Invalid: it has no rows, or it is spoken of by a tag or version, which cannot be committed to; nothing can have the name of `into`.
    """
    store = Datasets(lab.db)
    version = store.resolve(project, spoken)
    rows = store.rows(version)
    if not len(rows):
        raise Invalid(f"{spoken} has no rows.", "Commit rows into it: rowsmith run RECIPE --into DATASET.")
    name, _, which = (spoken if into is None else into).partition("@")
    branch = which or MAIN
    if into is None:
        head: Version | None = version
        if branch not in (known := _branches(store, lab, project, name)):
            fix = f"Name a branch ({', '.join(sorted(known))}), or another dataset: --into NAME."
            raise Invalid(f"{spoken!r} is a version, which never changes.", fix)
    else:
        head = _head(store, lab, project, name, branch)
    return Target(spoken, version, rows, name, branch, head, into is not None)


def _branches(store: Datasets, lab: Lab, project: str, name: str) -> dict[str, str]:
    return {ref.name: ref.version for ref in Refs(lab.db, store.get(project, name)).list("branch")}


def _head(store: Datasets, lab: Lab, project: str, name: str, branch: str) -> Version | None:
    """What stands where an act commits to; None where nothing does yet."""
    if not name:
        raise Invalid("--into names no dataset.", "Write --into NAME, or leave it out.")
    known = _branches(store, lab, project, name) if name in {one.name for one in store.list(project)} else {}
    if branch not in (known or {MAIN: ""}):
        raise NotFound(f"Dataset {name!r} has no branch {branch!r}.", choose(branch, sorted(known) or [MAIN]))
    return store.resolve(project, f"{name}@{known[branch]}") if known else None


def commit(lab: Lab, project: str, at: Target, rows: Iterable[Row], message: str, *, alone: bool) -> Version:
    """Commit what became of the rows: over the branch's head, or (`alone`, and always elsewhere) as all that is there.

    Raises:
        Conflict: the branch has moved since it was read.
    """
    made = Datasets(lab.db).commit(
        project, at.dataset, numbered(begun(rows)), author=lab.who, signer=lab.signer, message=message, replace=alone or at.fresh, branch=at.branch,
        also=only_over(at.head),
    )  # fmt: skip
    preparing.committed(lab, made)
    return made


def only_over(head: Version | None) -> Callable[[Any, Version], None]:
    """For a commit that rests on all rows of the head (None: there is no branch yet): it is refused when the branch has moved meanwhile,
    instead of undoing what came."""

    def also(_: Any, made: Version) -> None:
        if head is None and not made.parents:
            return
        if head is None or (made.id != head.id and head.id not in made.parents):
            raise Conflict("Somebody has committed to the branch meanwhile.", "Nothing has been changed. Do it again, over what is there now.")

    return also


def numbered(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows with order keys of their own: those of several runs do not grow from one to the next."""
    for number, row in enumerate(rows):
        yield replace(row, order=number.to_bytes(6, "big"))


def begun(rows: Iterable[Row]) -> Iterator[Row]:
    """The same stream, worked out up to its first row: what is wrong with the settings is told before anything is written."""
    from itertools import chain

    stream = iter(rows)
    first = next(stream, None)
    return chain([] if first is None else [first], stream)


@contextmanager
def scratch(lab: Lab) -> Iterator[Path]:
    """A folder of this act alone."""
    name = f"shaping-{uuid4().hex}"
    try:
        yield lab.files.scratch(name)
    finally:
        lab.files.remove_scratch(name)


def step(kind: type[AnyStep], settings: Mapping[str, Any]) -> AnyStep:
    """A step with these settings; those that are None are left to their defaults.

    Raises:
        Invalid: with everything that is wrong with them.
    """
    try:
        made = kind.model_validate({name: value for name, value in settings.items() if value is not None})
    except ValidationError as error:
        problems = [Problem(f"{'.'.join(map(str, found['loc']))}: {found['msg']}.") for found in error.errors()]
        raise Invalid(f"These settings cannot be: {problems[0].what}", "", problems if len(problems) > 1 else ()) from None
    if said := made.check():
        raise Invalid(said[0], "", [Problem(one) for one in said] if len(said) > 1 else ())
    return made


def let_through(verdicts: Iterable[Row | Dropped], note: Callable[[Dropped], None]) -> Iterator[Row]:
    """The rows that a set step lets through; the others are noted."""
    for verdict in verdicts:
        if isinstance(verdict, Dropped):
            note(verdict)
        else:
            yield verdict


def named(at: Target) -> str:
    """The version that was read, for a message."""
    return f"{at.spoken.partition('@')[0]}@{at.version.id[:12]}"
