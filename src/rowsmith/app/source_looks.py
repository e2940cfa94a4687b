"""What a source gives, looked at before anything is made of it: its documents, what cleaning would change, the chunks that would be cut; and its
rows taken as a dataset, by a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rowsmith.app.lab import Lab
from rowsmith.app.reading import Reading, chunker, cleaned, reading, step_for, text_and_context
from rowsmith.app.results import Result
from rowsmith.app.runs import Runs
from rowsmith.app.uploads import Uploads
from rowsmith.core.row import Row
from rowsmith.engine import recipe_file
from rowsmith.steps.chunk_sizes import sizes
from rowsmith.store.datasets import check_name

DOCUMENTS, CHARACTERS = 20, 4_000
"""Documents that are shown, and characters of the text of each."""
CHUNKS = 50


class SourcePlace(BaseModel):
    """A source: where it is, and how it is read."""

    model_config = ConfigDict(extra="forbid")
    source: str = Field(
        min_length=1, description="A file, folder or glob of the server's machine, upload:ID, an address, git+..., a database's address, hf:...",
        examples=["https://docs.example.org"],
    )  # fmt: skip
    table: str | None = Field(None, description="Of a database, a table or collection.")
    query: str | None = Field(None, description="Of a database, a query.")
    text: str | None = Field(None, description="Column that becomes `text`.")
    context: list[str] = Field([], description="Columns that stay beside it; none named: all.")
    settings: dict[str, Any] = Field({}, description="Settings of the step that reads it.", examples=[{"depth": 1}])

    def then(self) -> list[dict[str, Any]]:
        """The steps behind the one that reads."""
        return text_and_context(self.text, self.context)

    @property
    def given(self) -> dict[str, Any]:
        """The settings of the step that reads."""
        return {**self.settings, **{name: value for name, value in (("table", self.table), ("query", self.query)) if value is not None}}


@dataclass(frozen=True, slots=True)
class Document:
    """A document or record: what it is called, how long its `text` is, which is cut here, and its other columns."""

    name: str
    characters: int
    text: str
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """A chunk: its document, its place in it from character `start` to `end`, its tokens, and its text."""

    name: str
    start: int | None
    end: int | None
    tokens: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What a source gives: the kind of the step that reads it, the first documents, changes by cleaning or chunks, and what was skipped."""

    kind: str
    documents: list[Document] = field(default_factory=list)
    cleaned: list[dict[str, Any]] = field(default_factory=list)
    sizes: dict[str, Any] = field(default_factory=dict)
    chunks: list[Cut] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def look(lab: Lab, project: str, of: SourcePlace, limit: int = DOCUMENTS) -> Look:
    """The first documents of a source.

    Raises:
        Invalid, NotFound, Unavailable, AddressRefused: the source or its settings.
    """
    with step_for(place(lab, of), of.given, lab.environ) as step, reading(step, of.then(), environ=lab.environ, keys=lab.keys.of(project)) as found:
        documents = [_document(row) for row in islice(found.rows, limit)]
        return Look(step["kind"], documents=documents, **_told(found))


def look_cleaned(lab: Lab, project: str, of: SourcePlace, clean: Mapping[str, Any], limit: int = DOCUMENTS) -> Look:
    """What a step that cleans or filters would do to the documents, all of which are read: a footer is what many of them share.

    Raises:
        As `look`; NotFound, Invalid: the step.
    """
    with step_for(place(lab, of), of.given, lab.environ) as step, reading(step, of.then(), environ=lab.environ, keys=lab.keys.of(project)) as found:
        changed = [_shortened(one) for one in islice(cleaned(found, clean), limit)]
        return Look(step["kind"], cleaned=changed, **_told(found))


def look_chunked(lab: Lab, project: str, of: SourcePlace, by: str, settings: Mapping[str, Any], limit: int = CHUNKS) -> Look:
    """The chunks that would be cut: the sizes of all, and the first of them.

    Raises:
        As `look`; NotFound, Invalid: nothing cuts so.
    """
    cut, _ = chunker(by, dict(settings))
    keys = lab.keys.of(project)
    with step_for(place(lab, of), of.given, lab.environ) as step, reading(step, [*of.then(), cut], environ=lab.environ, keys=keys) as found:
        first: list[Cut] = []

        def kept() -> Iterator[Row]:
            for row in found.rows:
                if len(first) < limit:
                    first.append(_cut(row))
                yield row

        measured = sizes(kept())
        return Look(step["kind"], sizes=measured, chunks=first, **_told(found))


def take(lab: Lab, project: str, of: SourcePlace, into: str, *, chunk: str | None = None, settings: Mapping[str, Any] | None = None) -> Result:
    """Leave it to a worker to make a dataset of what a source gives, or of its chunks.

    Raises:
        As `look`; Invalid: the name.
    """
    check_name(into)
    cut = [] if chunk is None else [chunker(chunk, dict(settings or {}))[0]]
    with step_for(place(lab, of), of.given, lab.environ) as step:
        steps = [step, *of.then(), *cut]
        return Runs(lab, project).start(recipe_file.build({"name": f"take {into}", "into": into, "steps": steps}), queue=True)


def place(lab: Lab, of: SourcePlace) -> str:
    """Where it is for recipes: an upload by its path."""
    return Uploads(lab).named(of.source)


def _told(found: Reading) -> dict[str, Any]:
    said = found.dump()
    return {"skipped": said["skipped"][:100], "warnings": said["warnings"][:100]}


def _name(row: Row) -> str:
    source = row.origin.get("source")
    return str(source.get("name", row.id)) if isinstance(source, dict) else row.id


def _document(row: Row) -> Document:
    text = row.data.get("text")
    said = text if isinstance(text, str) else ""
    others = {name: value if not isinstance(value, str) else value[:200] for name, value in row.data.items() if name != "text"}
    return Document(_name(row), len(said), said[:CHARACTERS], others)


def _cut(row: Row) -> Cut:
    chunk, source = row.origin.get("chunk"), row.origin.get("source")
    span: Sequence[Any] = (source.get("span") if isinstance(source, dict) else None) or (None, None)
    tokens = chunk.get("tokens") if isinstance(chunk, dict) else None
    return Cut(_name(row), span[0], span[1], tokens, str(row.data.get("text", ""))[:CHARACTERS])


def _shortened(one: dict[str, Any]) -> dict[str, Any]:
    """What cleaning does to a document, its texts and changes as far as they are shown; the numbers count all."""
    cut = {
        "before_characters": len(one["before"]), "after_characters": len(one["after"]), "change_count": len(one["changes"]),
        "before": one["before"][:CHARACTERS], "after": one["after"][:CHARACTERS],
        "changes": [{**change, "was": change["was"][:200], "now": change["now"][:200]} for change in one["changes"][:100]],
    }  # fmt: skip
    return {**one, **cut}
