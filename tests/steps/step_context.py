"""A Context over real files for tests of single steps, without an engine: `StepContext(folder)`."""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

from rowsmith.connectors.code import CodeReader
from rowsmith.connectors.containers import read_records
from rowsmith.connectors.databases.trial import Trial
from rowsmith.connectors.documents import read_documents
from rowsmith.connectors.documents.pages import fetch as fetch_pages
from rowsmith.connectors.execution import Sandbox
from rowsmith.connectors.vectors import open_index
from rowsmith.core.documents import DrawnPage
from rowsmith.core.errors import NotFound, RowFailed
from rowsmith.core.fetching import Missed, Reach
from rowsmith.core.flags import Flag
from rowsmith.core.ids import child_id, child_order, content_hash, source_id, source_order
from rowsmith.core.prompt import parse
from rowsmith.core.review import NOTHING
from rowsmith.core.row import Bad, New, Row
from rowsmith.formats import built_in
from rowsmith.steps.paths import expand

CODE = CodeReader()
"""One for all tests of a process: its child starts with the first question."""
SQL = Trial()
atexit.register(CODE.close)
atexit.register(SQL.close)


@dataclass(frozen=True)
class FileInput:
    """A file in place, as `Context.input` describes one."""

    path: Path
    name: str
    hash: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class StepContext:
    """What a step is lent, over one folder. Relative paths are taken from it; no model can be asked."""

    folder: Path
    step: str = "step"
    wanted: Sequence[int] = range(1)
    attempt: int = 0

    @property
    def scratch(self) -> Path:
        path = self.folder / ".scratch"
        path.mkdir(exist_ok=True)
        return path

    def render(self, prompt: str, scope: Mapping[str, Any]) -> str:
        return parse(prompt).render(scope)

    async def ask(self, messages: Sequence[Mapping[str, Any]], **more: Any) -> Any:
        raise RowFailed("no_model", "This context has no models.")

    def paths(self, patterns: Sequence[str]) -> list[Path]:
        return expand(patterns, self.folder)

    def file(self, name: str) -> Path:
        for path in expand(["."], self.folder):
            if self.input(path).hash == name:
                return path
        raise NotFound(f"The file {name} is not in {self.folder}.")

    def records(self, source: FileInput, **more: Any) -> Iterator[Any]:
        return read_records(source.path, source.name, **more)

    def missed(self) -> list[Missed]:
        return []

    def documents(self, sources: Iterable[FileInput], **given: Any) -> Iterator[Any]:
        several = list(sources)
        for number, found in read_documents(((source.path, source.name) for source in several), **given):
            yield several[number], found

    def drawn(self, source: FileInput, **how: Any) -> list[Any]:
        into = self.scratch / source.hash
        into.mkdir(exist_ok=True)
        reach = Reach((), into, file=lambda name: source.path)
        found = list(fetch_pages(reach, into, file=source.hash, **how))
        return [one if isinstance(one, Missed) else DrawnPage(int(one.name), self.input(one.path).hash, **one.facts) for one in found]

    def outline(self, text: str, language: str, size: int) -> Any:
        return CODE.outline(text, language, size)

    def execute(self, code: str, tests: Any, *, time_s: float, memory_mb: int) -> Any:
        return Sandbox(time_s, memory_mb << 20).execute(code, tests)

    def evaluate(self, code: str, expressions: Any, *, time_s: float, memory_mb: int) -> Any:
        return Sandbox(time_s, memory_mb << 20).evaluate(code, expressions)

    def query(self, schema: str, queries: Any, *, time_s: float) -> Any:
        return SQL.query(schema, queries, time_s)

    def index(self, kind: str, place: str = "") -> Any:
        return open_index(kind, place, self.scratch)

    def format(self, name: str) -> Any:
        return built_in(name)

    def dataset(self, name: str) -> list[Row]:
        """Three rows that say the dataset's name; those of `asked` have vectors, those of `covering` are of a document, and `checked` flagged."""
        beside = {"vector": [1.0, 0.0]} if name == "asked" else {}
        origin: dict[str, Any] = {"source": {"name": "d", "span": [0, 7]}} if name == "covering" else {}
        origin |= {"flags": [Flag("pii", "card").dump()]} if name == "checked" else {}
        return [Row(source_id(name, str(n), 0), source_order(0, n), {"text": f"{name} {n}", **beside}, {"s": n}, origin) for n in range(3)]

    def reviews(self, name: str) -> dict[str, dict[str, Any]]:
        """The first of these rows is accepted."""
        return {source_id(name, "0", 0): {**NOTHING, "count": 1, "people": 1, "accepted": 1, "verdict": "accept"}}

    def input(self, path: Path) -> FileInput:
        name = path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else path.name
        with path.open("rb") as file:
            return FileInput(path, name, file_digest(file, lambda: blake2b(digest_size=32)).hexdigest())


def row(data: dict[str, Any], **more: Any) -> Row:
    """A source row with an id and an order key."""
    return Row(source_id("test", content_hash(data).hex(), 0), source_order(0, 0), data, **more)


def made(parent: Row, new: New, index: int = 0, step: str = "step") -> Row:
    """The row that the engine makes from a step's New: `origin` merged over the parent's."""
    origin = {**parent.origin, **new.origin, "parents": [parent.id]}
    return Row(child_id(parent.id, step, index), child_order(parent.order, 1, index), new.data, new.scores, origin)


def sourced(records: Sequence[New | Bad]) -> list[Row]:
    """Source rows from what a source yields, Bad ones left out."""
    return [
        Row(source_id(new.origin["source"]["name"], new.key or content_hash(new.data).hex(), 0), source_order(0, number), new.data, {}, new.origin)
        for number, new in enumerate(records)
        if isinstance(new, New)
    ]
