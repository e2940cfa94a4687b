"""What a step is lent while a run carries it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rowsmith import registry
from rowsmith.connectors.templates import Templates
from rowsmith.core.calls import Answer, Ask, Asker, Embed, Embedded
from rowsmith.core.documents import Document, DrawnPage
from rowsmith.core.errors import Invalid, RowFailed
from rowsmith.core.execution import Answered, Executed
from rowsmith.core.fences import Fence
from rowsmith.core.fetching import Missed
from rowsmith.core.ids import share
from rowsmith.core.models import Model, ModelChoice
from rowsmith.core.outline import Part
from rowsmith.core.ports import Gate, Index, Input, Rows
from rowsmith.core.prompt import parse
from rowsmith.core.records import Contents, Fault, Record
from rowsmith.core.row import Row
from rowsmith.core.step import Step
from rowsmith.engine.inputs import Inputs, Pinned
from rowsmith.llm import classes

SAMPLING = {
    "temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed", "stop", "reasoning_effort", "extra", "answers",
}  # fmt: skip
"""Settings of a model that go into the origin of what it answered."""


class StepContext:
    """Lent to one step for a whole run."""

    wanted: Sequence[int] = ()
    attempt = 0

    def __init__(
        self, step: Step, position: int, inputs: Inputs, scratch: Callable[[str], Path], datasets: Mapping[str, Rows] | None = None,
        plugins: Sequence[Path] = (), named_prompts: Mapping[str, str] | None = None, templates: Templates | None = None,
    ) -> None:  # fmt: skip
        self.step = step.title
        self.position = position
        self.kind = step.kind
        self._inputs = inputs
        self._scratch = scratch
        self._datasets = datasets or {}
        self._plugins = plugins
        self._named_prompts = named_prompts or {}
        self._readers: dict[str, Any] = {}
        self._templates = templates or Templates()

    @property
    def scratch(self) -> Path:
        """See core.ports.Context."""
        return self._scratch(f"step-{self.position}")

    def render(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """See core.ports.Context."""
        return self._templates.render(prompt, scope, fence)

    async def rendered(self, prompt: str, scope: Mapping[str, Any], fence: Fence | None = None) -> str:
        """See core.ports.Context."""
        return await self._templates.rendered(prompt, scope, fence)

    def paths(self, patterns: Sequence[str]) -> list[Path]:
        """See core.ports.Context."""
        return self._inputs.paths(patterns)

    def file(self, name: str) -> Path:
        """See core.ports.Context."""
        return self._inputs.file(name)

    def input(self, path: Path) -> Pinned:
        """See core.ports.Context."""
        return self._inputs.input(path)

    def missed(self) -> Sequence[Missed]:
        """See core.ports.Context."""
        return self._inputs.missed

    def records(
        self, source: Input, *, encoding: str | None = None, delimiter: str | None = None, sheet: str | None = None, header: bool = True,
        contents: Contents | None = None,
    ) -> Iterator[Record | Fault]:  # fmt: skip
        """See core.ports.Context."""
        from rowsmith.connectors.containers import read_records

        return read_records(source.path, source.name, encoding=encoding, delimiter=delimiter, sheet=sheet, header=header, contents=contents)

    def documents(self, sources: Iterable[Input], **given: Any) -> Iterator[tuple[Input, Document | Record | Fault]]:
        """See core.ports.Context."""
        from rowsmith.connectors.documents import read_documents

        several = list(sources)
        for number, found in read_documents(((source.path, source.name) for source in several), **given):
            yield several[number], found

    def drawn(self, source: Input, **how: Any) -> list[DrawnPage | Missed]:
        """See core.ports.Context."""
        return self._inputs.drawn(source)

    def outline(self, text: str, language: str, size: int) -> list[Part]:
        """See core.ports.Context."""
        from rowsmith.connectors.code import CodeReader

        reader: CodeReader = self._readers.setdefault("code", CodeReader())  # whichever thread comes first
        return reader.outline(text, language, size)

    def execute(self, code: str, tests: Sequence[str] | str, *, time_s: float, memory_mb: int) -> Executed:
        """See core.ports.Context."""
        from rowsmith.connectors.execution import Sandbox

        return Sandbox(time_s, memory_mb << 20).execute(code, tests)

    def evaluate(self, code: str, expressions: Sequence[str], *, time_s: float, memory_mb: int) -> Executed:
        """See core.ports.Context."""
        from rowsmith.connectors.execution import Sandbox

        return Sandbox(time_s, memory_mb << 20).evaluate(code, expressions)

    def query(self, schema: str, queries: Sequence[str], *, time_s: float) -> list[Answered]:
        """See core.ports.Context."""
        from rowsmith.connectors.databases.trial import Trial

        trial: Trial = self._readers.setdefault("sql", Trial())  # whichever thread comes first
        return trial.query(schema, queries, time_s)

    def close(self) -> None:
        """End the processes that it has started."""
        for reader in (*self._readers.values(), self._templates):
            reader.close()

    def index(self, kind: str, place: str = "") -> Index:
        """See core.ports.Context."""
        from rowsmith.connectors.vectors import open_index

        return open_index(kind, place, self.scratch)

    def format(self, name: str) -> Any:
        """See core.ports.Context."""
        return registry.format(name, self._plugins)

    def dataset(self, name: str) -> Rows:
        """See core.ports.Context."""
        return self._datasets[name]

    def reviews(self, name: str) -> Mapping[str, dict[str, Any]]:
        """See core.ports.Context."""
        return self._inputs.reviews(name)

    async def ask(
        self, messages: Sequence[Mapping[str, Any]], *, model: ModelChoice, schema: Mapping[str, Any] | None = None, prompt: str = ""
    ) -> Answer:
        """Only an asking step has a row to ask for."""
        raise TypeError(f"Step {self.step!r} asks a model outside of `async def rows`.")

    async def embed(self, texts: Sequence[str], *, model: str) -> Embedded:
        """Only an asking step has a row to ask for."""
        raise TypeError(f"Step {self.step!r} asks for embeddings outside of `async def rows`.")

    async def classify(self, texts: Sequence[str | tuple[str, str]], *, model: str) -> list[dict[str, float]]:
        """Only an asking step has a row to ask for."""
        raise TypeError(f"Step {self.step!r} asks a classifier outside of `async def rows`.")


class AskContext(StepContext):
    """Lent to an asking step for one row; notes what was asked for the row's origin."""

    def __init__(
        self, lent: StepContext, row: Row, gate: Gate, models: Mapping[str, Model], params: Mapping[str, dict[str, Any]], fresh: int,
        wanted: Sequence[int], attempt: int, seq: int,
    ) -> None:  # fmt: skip
        self.step, self.position, self.kind = lent.step, lent.position, lent.kind
        self._inputs, self._scratch, self._datasets, self._readers = lent._inputs, lent._scratch, lent._datasets, lent._readers
        self._named_prompts, self._templates, self._plugins = lent._named_prompts, lent._templates, lent._plugins
        self.wanted, self.attempt = wanted, attempt
        self._row, self._gate, self._models, self._params, self._fresh = row, gate, models, params, fresh
        self._seq = seq
        self._asked: dict[str, Any] = {}

    async def ask(
        self, messages: Sequence[Mapping[str, Any]], *, model: ModelChoice, schema: Mapping[str, Any] | None = None, prompt: str = ""
    ) -> Answer:
        """See core.ports.Context."""
        role = choose_role(model, self._row.id, self.step)
        chosen = self._models[role]
        asker = Asker(self._row.id, self._row.order, self.position, self.attempt, self._seq)
        self._seq += chosen.reasks + 1
        answer = await self._gate.ask(Ask(messages, chosen, asker, schema, self._fresh))
        self._asked["model"] = answer.model
        self._asked["params"] = self._params[role]
        self._asked |= {name: said for name in ("licence", "terms") if (said := getattr(chosen, name))}
        if prompt:
            self._asked["prompt"] = name = parse(prompt).hash
            if version := self._named_prompts.get(name):
                self._asked["prompt_version"] = version
        self._asked.setdefault("calls", []).append(answer.calls[-1])
        return answer

    async def embed(self, texts: Sequence[str], *, model: str) -> Embedded:
        """See core.ports.Context."""
        asker = Asker(self._row.id, self._row.order, self.position, self.attempt, self._seq)
        self._seq += len(texts)
        embedded = await self._gate.embed(Embed(texts, self._models[model], asker, self._fresh))
        self._asked["embedder"] = embedded.model
        self._asked.setdefault("calls", []).extend(key for key in embedded.calls if key not in self._asked.get("calls", ()))
        return embedded

    async def classify(self, texts: Sequence[str | tuple[str, str]], *, model: str) -> list[dict[str, float]]:
        """See core.ports.Context. As many texts as the provider and the model's settings allow go in one request."""
        chosen = self._models[model]
        most = classes.most_texts(registry.provider(chosen.provider, self._plugins), chosen)
        found: list[dict[str, float]] = []
        for start in range(0, len(texts), most):
            piece = texts[start : start + most]
            answer = await self.ask(classes.messages(piece), model=model)
            try:
                found += classes.read(str(answer.value), len(piece))
            except Invalid as wrong:
                raise RowFailed("unreadable", wrong.what) from None
        return found

    def made(self) -> dict[str, Any]:
        """The entry of this step for `origin.made`."""
        return {"step": self.step, "kind": self.kind, **self._asked}


def named_prompts(lock: Mapping[str, Any], position: int) -> dict[str, str]:
    """The versions of prompts that the step at `position` takes by their names, `name@version` by the hash of the text that is asked."""
    found = {key: one for key, one in lock.get("named_prompts", {}).items() if key.partition(".")[0] == str(position)}
    return {lock["prompts"][key]: f"{one['name']}@{one['version']}" for key, one in found.items() if key in lock["prompts"]}


def sampling(model: Model) -> dict[str, Any]:
    """What the model is asked with, for the origin of what it answers."""
    return model.model_dump(mode="json", include=SAMPLING, exclude_none=True, exclude_defaults=True) | {"max_tokens": model.max_tokens}


def choose_role(choice: ModelChoice, row: str, salt: str) -> str:
    """The role that the row's id chooses by the shares."""
    if isinstance(choice, str):
        return choice
    point = share(row, f"model of {salt}") * sum(choice.values())
    for role, weight in choice.items():
        point -= weight
        if point < 0:
            return role
    return next(reversed(choice))
