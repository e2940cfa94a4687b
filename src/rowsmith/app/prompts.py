"""Prompts: keep them with their history, tell versions apart, and hand them on as files.

A prompt is spoken of as `name` (its newest version), `name@tag` or `name@version`, where a version goes by the beginning of its id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rowsmith.app.lab import Lab, is_home
from rowsmith.app.prompt_trials import Inferred, Linted, Sampled, Test, find_from_rows, look_over, model_of, try_rows
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import cleaned
from rowsmith.core.models import Model
from rowsmith.core.prompts import Prompt
from rowsmith.engine import prompt_forms
from rowsmith.engine.prompt_files import Found
from rowsmith.engine.prompt_forms import Filed, Form
from rowsmith.store.datasets import MAIN
from rowsmith.store.files import atomic_write
from rowsmith.store.prompts import Named, PromptVersion
from rowsmith.store.prompts import Prompts as Store
from rowsmith.store.refs import Kind, Ref

if TYPE_CHECKING:
    from rowsmith.app.optimization import Optimization
    from rowsmith.app.optimizing import Optimizing, Wanted
    from rowsmith.app.refined import Refined
    from rowsmith.app.runs import Runs
    from rowsmith.engine.terms import Progress, Stopping


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a prompt: what it says, and the tags and releases that name it."""

    name: str
    version: str
    prompt: Prompt
    author: str
    message: str
    committed_at: float
    refs: tuple[str, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data; `used` are the variables that its texts use."""
        said = {"name": self.name, "version": self.version, "author": self.author, "message": self.message, "committed_at": self.committed_at}
        return {**said, "refs": list(self.refs), "prompt": self.prompt.model_dump(mode="json"), "used": sorted(self.prompt.used)}


@dataclass(frozen=True, slots=True)
class Logged:
    """A version in the log, with the names that it has. `parent`: the version before it, or the one that a fork began at."""

    version: str
    parent: str | None
    author: str
    message: str
    committed_at: float
    refs: tuple[Ref, ...]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "refs": [ref.name for ref in self.refs]}


@dataclass(frozen=True, slots=True)
class Differing:
    """What differs between two versions: `fields` maps each setting that does (`text`, `variables.tone`) to what it was and is; None where it is
    not there."""

    old: str
    new: str
    fields: dict[str, tuple[Any, Any]]

    def dump(self) -> dict[str, Any]:
        """As plain data."""
        return {"old": self.old, "new": self.new, "fields": {name: {"old": was, "new": now} for name, (was, now) in self.fields.items()}}


class Prompts:
    """The prompts of one project."""

    def __init__(self, lab: Lab, project: str) -> None:
        self.lab = lab
        self.project = project
        self._store = Store(lab.db)

    def list(self, tag: str = "") -> Sequence[Kept]:
        """The newest version of each, by name; with `tag` those that carry this word among their `tags`."""
        every = [self.get(found.name) for found in self._store.list(self.project)]
        return [kept for kept in every if not tag or tag in kept.prompt.tags]

    def get(self, spoken: str) -> Kept:
        """The version that is spoken of.

        Raises:
            NotFound: there is no such prompt or version.
        """
        named, version = self._store.resolve(self.project, spoken)
        return self._kept(named, version)

    def find(self, spoken: str) -> Found:
        """The same for a recipe that takes a prompt by its name. Raises as get."""
        kept = self.get(spoken)
        return Found(kept.name, kept.version, kept.prompt)

    def add(self, source: Prompt | str | Path, name: str = "", *, message: str = "", onto: str = "") -> Kept:
        """Keep a prompt: a new one, or the next version of the one that has this name. The same as the newest: nothing happens.

        Args:
            source: a Prompt, or the path of a Markdown or YAML file (engine.prompt_forms).
            name: default: what the file says, else the file's own name.
            message: what was done.
            onto: the version that it was made of, which must still be the newest.

        Raises:
            NotFound: there is no such file, or no version `onto`.
            Invalid: the file or the name cannot be used, with every problem.
            Conflict: another version is the newest.
        """
        filed = Filed("", source) if isinstance(source, Prompt) else prompt_forms.read(Path(source))
        name = name or filed.name or ("" if isinstance(source, Prompt) else Path(source).stem)
        if not name:
            raise Invalid("The prompt has no name.", "Give one.")
        base = self._store.resolve(self.project, f"{name}@{onto}")[1].id if onto else None
        version = self._store.commit(self.project, name, filed.prompt, self.lab.who, cleaned(message), onto=base)
        return self._kept(self._store.get(self.project, name), version)

    def log(self, spoken: str) -> Sequence[Logged]:
        """The version that is spoken of and all that it descends from, newest first. Raises as get."""
        named, version = self._store.resolve(self.project, spoken)
        refs = self._store.refs(named)
        return [
            Logged(v.id, v.parent, v.author, v.message, v.created_at, tuple(ref for ref in refs if ref.version == v.id))
            for v in self._store.log(version)
        ]

    def refs(self, name: str, *kinds: Kind) -> Sequence[Ref]:
        """The names of a prompt's versions; of some kinds alone where they are given."""
        return [ref for ref in self._store.refs(self._store.get(self.project, name)) if not kinds or ref.kind in kinds]

    def diff(self, old: str, new: str = "") -> Differing:
        """What differs between two versions, of one prompt or of two; without `new`, between a version and the one before it.

        Raises:
            NotFound: there is no such prompt or version, or nothing before it.
        """
        _, now = self._store.resolve(self.project, new or old)
        if new:
            was = self._store.resolve(self.project, old)[1]
        else:
            before = self._store.log(now)[1:]
            if not before:
                raise NotFound(f"{old} is the first version; there is none before it.", "Name two: rowsmith prompts diff OLD NEW.")
            was = before[0]
        one, other = _flat(was.said.dump()), _flat(now.said.dump())
        names = list(dict.fromkeys([*other, *one]))
        return Differing(was.id, now.id, {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)})

    def fork(self, spoken: str, new: str, *, message: str = "") -> Kept:
        """Begin a prompt of its own at a version of another one.

        Raises:
            NotFound: there is no such version. Conflict: the name is taken.
        """
        named, version = self._store.resolve(self.project, spoken)
        said = cleaned(message or f"Fork {named.name}@{version.id[:12]}")
        made = self._store.commit(self.project, new, version.said, self.lab.who, said, forks=version.id, act="forked")
        return self._kept(self._store.get(self.project, new), made)

    def restore(self, name: str, source: str, *, message: str = "") -> Kept:
        """Make a prompt what an earlier version is, as a new version: nothing of the history is lost.

        Args:
            name: the prompt.
            source: a tag or version of it; or `other@version` of another prompt.

        Raises:
            NotFound: there is no such prompt or version.
        """
        named = self._store.get(self.project, name)
        _, version = self._store.resolve(self.project, source if "@" in source else f"{name}@{source}")
        said = cleaned(message or f"Restore {source}")
        return self._kept(named, self._store.commit(self.project, name, version.said, self.lab.who, said, act="restored"))

    def tag(self, name: str, new: str, *, at: str = "", message: str = "", release: bool = False) -> Ref:
        """Name a version for good; a release can never be deleted.

        Raises:
            NotFound: there is no such version. Conflict: the name is taken. Invalid: it cannot be one.
        """
        named, version = self._store.resolve(self.project, f"{name}@{at}" if at else name)
        return self._store.tag(named, new, "release" if release else "tag", version.id, self.lab.who, cleaned(message))

    def delete(self, name: str, ref: str) -> Ref:
        """Forget a tag; its version stays.

        Raises:
            NotFound: there is none. Conflict: it is a release.
        """
        return self._store.delete(self._store.get(self.project, name), ref, self.lab.who)

    def export(self, spoken: str, path: str | Path | None = None, *, form: Form | None = None) -> str:
        """The prompt as a file, which `add` reads back the same; its text, written to `path` where one is given.

        Args:
            form: md (Markdown with front matter) or yaml; default: what the path ends in, else md.

        Raises:
            NotFound: there is no such version. Invalid: the path's ending says no form. StorageFull, Unavailable: it cannot be written.
        """
        kept = self.get(spoken)
        text = prompt_forms.dumps(kept.name, kept.prompt, form or (prompt_forms.form_of(Path(path)) if path else "md"))
        if path is not None:
            with atomic_write(Path(path)) as file:
                file.write(text.encode())
        return text

    def test(
        self, source: Prompt | str | Path, *, rows: str | Sequence[Mapping[str, Any]] = (), values: Mapping[str, Any] | None = None, limit: int = 5,
        seed: int = 0, model: str | Model | None = None, base_url: str | None = None, budget_usd: float | None = None,
    ) -> Test:  # fmt: skip
        """Try a prompt on sample rows: what would be sent, row by row; with `model`, what it answers.

        Args:
            source: a Prompt, a prompt of the project, or the path of a file (.md, .yaml).
            rows: a dataset (`name@version`, `run:r12`), of which rows are chosen by id and `seed`; or rows; none: one without columns.
            values: of its variables, as a recipe's `with` gives them.
            limit: most requests. A variable that is to be expanded and has no value is tried with each, row by row.
            model: provider/name, asked through a run that commits nothing (`base_url`: its address). budget_usd: the run's cap.

        Raises:
            NotFound: there is no such prompt, file or dataset. Invalid: a value does not fit, or no row can be sent.
        """
        name, prompt = self._read(source)
        data = self._rows(rows, limit, seed) or [({}, "")]
        return try_rows(self._runs, name, prompt, data, values or {}, limit, _model(model, base_url), budget_usd)

    def lint(
        self, source: Prompt | str | Path, *, step: str = "", model: str | Model | None = None, base_url: str | None = None,
        budget_usd: float | None = None,
    ) -> Linted:  # fmt: skip
        """Look a prompt over: its variables, and signs of contradiction, ambiguity, overload and redundancy (assist.lint); with `model`, those
        four by a model too. `step`: also what a step of this kind needs. Arguments as of `test`.

        Raises:
            NotFound: there is no such prompt, file or step. Unavailable: the model gave no answer that can be used.
        """
        name, prompt = self._read(source)
        return look_over(self._runs, name, prompt, step, _model(model, base_url), budget_usd)

    def infer(
        self, rows: str | Sequence[Mapping[str, Any]], *, answer: str = "answer", limit: int = 20, seed: int = 0, model: str | Model | None = None,
        base_url: str | None = None, budget_usd: float | None = None,
    ) -> Inferred:  # fmt: skip
        """Find the prompt that leads from the other columns of rows to the column `answer`; a model writes it. Arguments as of `test`.

        Raises:
            NotFound: there is no such dataset or column. Invalid: no model is given, or what it wrote is no prompt for these rows.
            Unavailable: it gave no answer that can be used.
        """
        name = rows if isinstance(rows, str) else "rows"
        return find_from_rows(self._runs, name, self._rows(rows, limit, seed), answer, _model(model, base_url), budget_usd)

    def optimize(self, source: Prompt | str | Path, wanted: Wanted, *, accept: bool = False, anyway: bool = False) -> Optimization:
        """Look for a better prompt, and compare what was found with the prompt as it was on rows that were held out.

        Args:
            wanted: dataset, metric, model and how much to try (app.optimizing.Wanted).
            accept: keep what was found as the next version where it is shown to be better; `anyway`: whatever was shown.

        Raises:
            NotFound, Invalid: it cannot be begun; nothing is spent. Conflict: it stands still before its end, and the same command goes on.
        """
        done = self.optimizing(source, wanted).run(self._version(source))
        return self.accept(done, anyway=anyway) if accept or anyway else done

    def optimizing(self, source: Prompt | str | Path, wanted: Wanted) -> Optimizing:
        """What `optimize` is about to do: its `forecast()`, and the metric `tested()` on sample rows. Raises as that."""
        from rowsmith.app.optimizing import Optimizing

        name, prompt = self._read(source)
        return Optimizing(self._runs, name.partition("@")[0], prompt, wanted)

    def accept(self, done: Optimization, *, anyway: bool = False) -> Optimization:
        """Keep the best candidate as the next version of its prompt, with a message that says by how much it is better. Nothing happens where it is
        not shown to be better, unless `anyway`, or where there is none."""
        if done.best is None or done.best.prompt is None or not (anyway or done.verdict == "better"):
            return done
        kept = self.add(done.best.prompt, done.prompt, message=done.message, onto=done.version)
        return replace(done, accepted=kept.version)

    def _version(self, source: Prompt | str | Path) -> str:
        """The version that is spoken of; empty where it is no version of the project."""
        named = isinstance(source, str) and Path(source).suffix.lower() not in (".md", ".yaml", ".yml")
        return self.get(str(source)).version if named else ""

    def refine(
        self, name: str, *, rows: str = "", notes: str | Path | None = None, change: str | Path | None = None, answer: str = "answer",
        values: Mapping[str, Any] | None = None, limit: int = 50, seed: int = 0, model: str | Model | None = None,
        judge: str | Model | None = None, base_url: str | None = None, budget_usd: float | None = None, budget_tokens: int | None = None,
        accept_anyway: bool = False, grace_s: float = 30.0, on_progress: Callable[[Progress], None] | None = None,
        stopping: Stopping | None = None,
    ) -> Refined:  # fmt: skip
        """Make a prompt better from what people noted on its samples; a change whose failure rate fell is its next version. See app.refining.

        Args:
            rows: a dataset whose columns are the prompt's variables, and `answer` what came of it. Its reviews are notes; rows without any are
                further inputs of the re-test, up to `limit`, chosen by id and `seed`.
            notes: a YAML file of notes, and of themes that somebody grouped (engine.note_files). Without themes the model groups.
            change: a prompt file that is to take the place of this one; without it the model proposes one.
            values: of its variables, as a recipe's `with` gives them.
            model: provider/name, which groups, proposes and is asked both prompts; `judge` answers detectors' questions (default: it, too);
                `base_url` is the address of both. Caps are those of all calls together.
            accept_anyway: keep the change whatever the test says; the version's message says so.

        Raises:
            NotFound: there is no such prompt, dataset, file or row. Invalid: nothing is noted, or something cannot be used.
            Conflict: another version is the newest, or the cap or somebody stopped it; the same again goes on.
            Unavailable: the model gave no answer that can be used.
        """
        from rowsmith.app.asking import Asking
        from rowsmith.app.refine import Wish, refine

        asking = Asking(self._runs, budget_usd, budget_tokens, grace_s, on_progress, stopping)
        wish = Wish(rows, notes, change, answer, values or {}, limit, seed, accept_anyway)
        return refine(self, asking, name, wish, _model(model, base_url), _model(judge, base_url))

    @property
    def _runs(self) -> Runs:
        from rowsmith.app.runs import Runs

        return Runs(self.lab, self.project)

    def _rows(self, rows: str | Sequence[Mapping[str, Any]], limit: int, seed: int) -> Sampled:
        if not rows or not isinstance(rows, str):
            return [] if isinstance(rows, str) else [(row, "") for row in rows[:limit]]
        from rowsmith.app.datasets import Datasets

        return [(row.data, row.id) for row in Datasets(self.lab, self.project).rows(rows, sample=limit, seed=seed)]

    def _read(self, source: Prompt | str | Path) -> tuple[str, Prompt]:
        """What a prompt is called, and what it says."""
        if isinstance(source, Prompt):
            return "a prompt", source
        if isinstance(source, Path) or Path(source).suffix.lower() in (".md", ".yaml", ".yml"):
            filed = prompt_forms.read(Path(source))
            return filed.name or Path(source).stem, filed.prompt
        kept = self.get(source)
        return f"{kept.name}@{kept.version[:12]}", kept.prompt

    def _kept(self, named: Named, version: PromptVersion) -> Kept:
        refs = tuple(ref.name for ref in self._store.refs(named) if ref.version == version.id and ref.name != MAIN)
        return Kept(named.name, version.id, version.said, version.author, version.message, version.created_at, refs)


def _model(model: str | Model | None, base_url: str | None) -> Model | None:
    return model_of(model, base_url) if isinstance(model, str) else model


def find_prompt(home: str | Path, project: str, spoken: str) -> Found:
    """A prompt of a home that is opened for it.

    Raises:
        NotFound: there is no home, prompt or version.
    """
    if not is_home(home):
        raise NotFound(f"There is no home in {home}.", "Prompts that have a name lie in one: --home DIR, and rowsmith prompts add.")
    with Lab(home) as lab:
        return lab.project(project).prompts.find(spoken)


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    """A prompt's settings, those of variables and parameters one by one."""
    within = {f"{name}.{key}": value for name in ("variables", "parameters") for key, value in said.get(name, {}).items()}
    return {**{name: value for name, value in said.items() if name not in ("variables", "parameters")}, **within}


list_ = list
