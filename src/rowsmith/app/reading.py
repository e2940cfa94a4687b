"""Looking at a source without a project: the rows that it gives, and the chunks that would be cut of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from rowsmith import registry
from rowsmith.app.downloads import here
from rowsmith.app.fetching import HUB, asked, brought, reach_of
from rowsmith.app.key_sources import KeySources
from rowsmith.app.lab import weights_of
from rowsmith.connectors.repository import recognised
from rowsmith.core.errors import Invalid, NotFound, RowFailed, Unavailable, choose
from rowsmith.core.fetching import Missed
from rowsmith.core.ports import Paused
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Bad, Drop, Row
from rowsmith.core.step import Step
from rowsmith.engine import recipe_file
from rowsmith.engine.advance import child
from rowsmith.engine.context import AskContext, StepContext
from rowsmith.engine.feed import source_rows
from rowsmith.engine.inputs import Inputs, pin
from rowsmith.llm.gate import Gate
from rowsmith.llm.unrecorded import Unrecorded
from rowsmith.registry import builtin
from rowsmith.steps.cleaning import previews
from rowsmith.steps.read.database import without_password
from rowsmith.store.fetches import Entry, Fetch, Gone
from rowsmith.store.files import Files

PLACES = (
    (re.compile(r"(postgres|postgresql|mysql|mariadb|sqlite|duckdb|mongodb|oracle|mssql)(\+\w+)*://", re.IGNORECASE), "read.database", "url"),
    (re.compile(r"(s3|gs|gcs|az|abfss?)://", re.IGNORECASE), "read.storage", "url"),
    (re.compile(r"https?://", re.IGNORECASE), "read.web", "urls"),
)
"""What an address is read by: the first that fits. Everything else is files."""
_ROW = re.compile(r"\brow ([0-9a-f]{32})\b")
"""Another row, as a step speaks of it."""


@dataclass
class Reading:
    """What a source gives. `rows` can be read once; `skipped` and `warnings` are whole when it has been. Skipped: {source, reason, detail}."""

    rows: Iterator[Row]
    skipped: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    count: int = 0
    lacking: set[str] = field(default_factory=set)
    """Columns that were asked for, and that no row of the source has had so far."""

    def dump(self) -> dict[str, Any]:
        """The summary."""
        lacking = [f"No row has a column {name!r}." for name in sorted(self.lacking)]
        return {"rows": self.count, "skipped": self.skipped, "warnings": [*self.warnings, *lacking]}


@contextmanager
def step_for(source: str, settings: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The step that reads a source, as a recipe writes it. `git+FOLDER` is a clone on this machine, and so is the folder of a bare one; a dataset of
    a hub is here as long as the block lasts.

    Raises:
        Invalid: a table or a query of what is no database. NotFound, Unavailable: the hub has it not, or cannot be reached.
    """
    if settings.keys() & {"table", "query"}:
        yield {"kind": "read.database", "url": _database(source), **settings}
        return
    if (hub := HUB.match(source)) is not None:
        with here([f"hf:{source[hub.end() :]}"], environ) as [found]:
            answers = {"answers": True} if found.answers else {}
            yield {"kind": "read.records", "format": "jsonl", "paths": [str(found.path)], "places": found.places, **answers, **settings}
        return
    clone, place = source.removeprefix("git+"), Path(source)
    if clone != source and (":" not in clone or Path(clone).is_dir()):
        yield {"kind": "read.repository", "url": clone, **settings}
    elif recognised(source) and (not place.exists() or (place.is_dir() and not (place / ".git").exists())):
        yield {"kind": "read.repository", "url": source, **settings}
    else:
        kind, field_ = next(((kind, field_) for pattern, kind, field_ in PLACES if pattern.match(source)), ("read.files", "paths"))
        yield {"kind": kind, field_: source if field_ == "url" else [source], **settings}


def _database(source: str) -> str:
    """A database's address: any but those of storages and of the web, since there are more kinds than we know."""
    others = [pattern for pattern, kind, _ in PLACES if kind != "read.database"]
    if "://" not in source or HUB.match(source) or source.startswith("git+") or any(pattern.match(source) for pattern in others):
        what = f"Only databases have a table or a query, and {source!r} is no address of one."
        raise Invalid(what, "Write it like postgresql://user@host/name, mysql://user@host/name or sqlite:///folder/file.db.")
    return source


def text_and_context(text: str | None, context: Sequence[str]) -> list[dict[str, Any]]:
    """The steps that make `text` of a column and let only the columns of the context stay beside it."""
    renamed = {"rename": {text: "text"}} if text and text != "text" else {}
    kept = {"keep": ["text", *context]} if context else {}
    return [{"kind": "transform.columns", **renamed, **kept}] if renamed or kept else []


def _named(step: Any) -> set[str]:
    """The columns of the source that the step of `text_and_context` names."""
    return {*step.rename, *step.keep} - {"text"}


def chunker(by: str, settings: Mapping[str, Any], embedder: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The step that cuts, and the models that it needs.

    Raises:
        NotFound: nothing cuts so.
        Invalid: the settings name a role, of which there are none without a recipe.
    """
    known = [name.partition(".")[2] for name in builtin.names("steps") if name.startswith("chunk.")]
    if by not in known:
        raise NotFound(f"Nothing cuts by {by!r}.", choose(by, known))
    if "embedder" in settings:
        raise Invalid("`embedder` names a role of a recipe's models, and here is no recipe.", "Name the model itself: --embedder MODEL.")
    if embedder is None:
        return {"kind": f"chunk.{by}", **settings}, {}
    return {"kind": f"chunk.{by}", "embedder": "embedder", **settings}, {"embedder": {"model": embedder}}


def setting(name: str, value: str) -> Any:
    """What the value of a setting says: YAML, so that `true`, `3` and `[a, b]` are what they look like.

    Raises:
        Invalid: it is no YAML.
    """
    from yaml import YAMLError, safe_load

    try:
        return safe_load(value) if value else ""
    except YAMLError:
        raise Invalid(f"{name}={value} is no value.", "Write text in quotes where it holds : or [.") from None


@contextmanager
def reading(
    step: Mapping[str, Any], then: Sequence[Mapping[str, Any]] = (), *, models: Mapping[str, Any] | None = None, environ: Mapping[str, str],
    base: Path | None = None, note: Callable[[str], None] = lambda said: None, keys: KeySources | None = None,
) -> Iterator[Reading]:  # fmt: skip
    """What the source step gives, after the steps in `then`; nothing is kept. `note` is told what a source that is outside says meanwhile; `keys`
    are those of a home (default: the environment's alone).

    Raises:
        Invalid, NotFound, Unavailable, AddressRefused: the source or the settings.
    """
    url, password = without_password(str(step.get("url", "")))
    step = {**step, "url": url} if password is not None else step
    recipe = recipe_file.build({"name": "reading", "models": dict(models or {}), "steps": [dict(step), *map(dict, then)]})
    for one in recipe.steps:
        _require_sound(one)
    with TemporaryDirectory(prefix="rowsmith-") as folder:
        files = Files(Path(folder))
        fetch = partial(_outside, files, environ, keys or KeySources(environ, "", None), password, note)
        lock = pin(recipe, base or Path.cwd(), files.put_file, fetch)
        contexts = [StepContext(one, n, Inputs(lock, one.title, files), files.scratch) for n, one in enumerate(recipe.steps)]
        found = Reading(iter(()))
        with ExitStack() as ended:
            for context in contexts:
                ended.callback(context.close)
            found.rows = ended.enter_context(closing(_told(_through(recipe, contexts, found, environ), found)))
            yield found


def _require_sound(step: Step) -> None:
    """That the settings of a step make sense together.

    Raises:
        Invalid: they do not.
    """
    if problems := step.check():
        raise Invalid(problems[0], f"See rowsmith steps {step.kind}.")


def _outside(
    files: Files, environ: Mapping[str, str], keys: KeySources, password: str | None, note: Callable[[str], None], step: Step,
    pattern: str,
) -> Fetch:  # fmt: skip
    one = asked(step, pattern)
    reach = replace(reach_of(environ, files.scratch("state"), keys, note), file=files.find)
    if password is not None:  # it stands in the address that the user has given, so it is meant for that
        reach = replace(reach, secret=lambda name, address: SecretStr(password))
    entries, missed = [], []
    for came in brought(one, reach, files.scratch("incoming"), step):
        if isinstance(came, Missed):
            missed.append(Gone(came.name, came.reason, came.detail))
        else:
            entries.append(Entry(came.name, files.put_file(came.path), dict(came.facts)))
            came.path.unlink(missing_ok=True)
    return replace(one, entries=entries, missed=missed)


def _told(rows: Iterator[Row], found: Reading) -> Generator[Row]:
    """The same, counted; what is to be known of each source is told once."""
    for row in rows:
        found.count += 1
        source = row.origin.get("source") or {}
        for said in source.get("notes", ()) if isinstance(source, dict) else ():
            if (warning := f"{_name(row)}: {said}") not in found.warnings:
                found.warnings.append(warning)
        yield row


def _through(recipe: Recipe, contexts: Sequence[StepContext], found: Reading, environ: Mapping[str, str]) -> Iterator[Row]:
    named = {name for step in recipe.steps if step.kind == "transform.columns" for name in _named(step)}
    with _asking(recipe, environ) as ask:
        for _, record in source_rows(recipe.steps[0], contexts[0], 0, recipe.fingerprint()):
            if isinstance(record, Bad):
                found.skipped.append({"source": record.where, "reason": record.reason, "detail": record.detail})
            else:
                named -= record.data.keys()
                found.lacking = named
                yield from _behind(record, 1, recipe, contexts, found, ask)


def _behind(row: Row, at: int, recipe: Recipe, contexts: Sequence[StepContext], found: Reading, ask: Any) -> Iterator[Row]:
    """What becomes of a row in the steps from `at` on."""
    if at == len(recipe.steps):
        yield row
        return
    step: Any = recipe.steps[at]
    try:
        made = ask(step, row, contexts[at]) if step.shape == "asking" else step.rows(row, contexts[at])
        for index, out in enumerate(made):
            if isinstance(out, Drop):
                found.skipped.append({"source": _name(row), "reason": out.reason, "detail": out.detail})
            else:
                same = isinstance(out, Row)
                after = out if same else child(row, step.title, at, index, out, {"step": step.title, "kind": step.kind})
                yield from _behind(after, at + 1, recipe, contexts, found, ask)
    except RowFailed as error:
        found.skipped.append({"source": _name(row), "reason": error.reason, "detail": str(error)})


def _name(row: Row) -> str:
    source = row.origin.get("source")
    return str(source.get("name", row.id)) if isinstance(source, dict) else row.id


@contextmanager
def _asking(recipe: Recipe, environ: Mapping[str, str]) -> Iterator[Any]:
    """How an asking step is given a row: nothing that it asks is stored."""
    if all(step.shape != "asking" for step in recipe.steps):
        yield None
        return
    loop = asyncio.new_event_loop()
    gate = Gate(
        Unrecorded(), keys=KeySources(environ, "", None), weights=weights_of(Path(), environ), environ=environ, find=registry.provider
    )  # fmt: skip

    params: dict[str, dict[str, Any]] = {role: {} for role in recipe.models}

    def ask(step: Any, row: Row, lent: StepContext) -> Any:
        context = AskContext(lent, row, gate, recipe.models, params, 0, range(step.count(row) or 0), 0, 0)
        try:
            return loop.run_until_complete(step.rows(row, context))
        except Paused as error:  # no key, or nobody answers
            raise Unavailable(error.what, error.fix) from None

    try:
        yield ask
    finally:
        loop.run_until_complete(gate.close())
        loop.close()


def cleaned(found: Reading, step: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a step that cleans or filters would do to each document that comes: {name, before, after, changes: [{start, end, was, now}], removed,
    added, dropped, detail}, counted in characters of the text before.

    Raises:
        NotFound, Invalid: the step.
    """
    made = recipe_file.build({"name": "cleaning", "steps": [{"kind": "read.rows", "rows": [{"text": ""}]}, dict(step)]}).steps[1]
    if made.makes or made.shape not in ("row", "set"):
        raise Invalid(f"{made.kind} neither cleans nor filters rows.", "Name one that does, such as transform.boilerplate (rowsmith steps).")
    _require_sound(made)
    rows = list(found.rows)
    names = {row.id: _name(row) for row in rows}
    with TemporaryDirectory(prefix="rowsmith-") as folder:
        files = Files(Path(folder))
        for one in previews(made, rows, StepContext(made, 1, Inputs({}, made.title, files), files.scratch)):
            yield {
                "name": names[one.row], "before": one.before, "after": one.after, "removed": one.removed, "added": one.added,
                "changes": [{name: getattr(change, name) for name in ("start", "end", "was", "now")} for change in one.changes],
                "dropped": one.dropped, "detail": _ROW.sub(lambda id_: names.get(id_[1], id_[0]), one.detail),
            }  # fmt: skip
