"""What a run would ask, found out without asking: its sources are read, its row steps carried out, its questions written and weighed.

What lies behind the first question of a row cannot be known without an answer; there, one row is taken to give one question, and as many rows as
its step makes of any row.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from rowsmith.connectors.templates import Templates
from rowsmith.core.calls import Answer, Ask, Embed, Embedded
from rowsmith.core.errors import RowFailed
from rowsmith.core.ids import canonical
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.core.step import EMBEDDER, MODEL, Step
from rowsmith.engine.advance import Advance
from rowsmith.engine.context import AskContext, StepContext, choose_role
from rowsmith.engine.feed import Feed
from rowsmith.engine.inputs import Inputs, pinned_datasets
from rowsmith.engine.item import Item
from rowsmith.engine.routes import routes
from rowsmith.llm.sizes import counted, texts_of
from rowsmith.store.database import Database
from rowsmith.store.files import Files

WEIGHED = 200
"""Questions of each step that are written out and weighed; the others are taken to be like them."""
BYTES_A_TOKEN = 4.0
AROUND_MESSAGES, AROUND_A_MESSAGE = 3, 4
"""Tokens that OpenAI's chat form adds around all messages and around each, as its cookbook counts them."""


@dataclass(slots=True)
class Questions:
    """The questions of one asking step: how many, the bytes and tokens of those that were weighed, whether all of these tokens were counted
    with the vocabularies of the models, and the models that would be asked."""

    calls: int = 0
    weighed: int = 0
    bytes: int = 0
    tokens: float = 0.0
    exact: bool = True
    answers: int = 0
    """Rows asked for (questions that ask for several count several times)."""
    files: int = 0
    """Images and sounds that the weighed questions show."""
    models: dict[str, int] = field(default_factory=dict)
    guessed: bool = False

    @property
    def tokens_in(self) -> float:
        """Tokens of all questions."""
        return self.calls * self.tokens / self.weighed if self.weighed else 0.0


@dataclass(slots=True)
class Estimate:
    """What was counted: rows that come to their end or to a first question, and the questions by step."""

    rows: int = 0
    failed: int = 0
    asked: dict[int, Questions] = field(default_factory=dict)
    made: dict[int, tuple[int, int]] = field(default_factory=dict)
    """For each row step that makes rows: of how many, and how many."""


class _Counting:
    """Slots that are only counted (in place of engine.slots.Slots)."""

    wave = 0

    def __init__(self) -> None:
        self.kept = self.lost = self.failed = 0
        self.parents: Counter[int] = Counter()
        self.children: Counter[int] = Counter()

    def keep(self, row: Row, step: int, attempt: int) -> None:
        self.kept += 1

    def drop(self, order: bytes, step: int, attempt: int, reason: str, detail: str = "") -> None:
        self.lost += 1

    def fail(self, order: bytes, step: int, attempt: int, reason: str, detail: str = "") -> None:
        self.failed += 1

    def open(self, row: Row, made: int, step: int) -> None:
        self.children[made] += 1

    def open_many(self, rows: list[tuple[bytes, str]], made: int, step: int) -> None:
        """Nothing is written."""

    def expand(self, row: Row, step: int, *, partly: bool = False) -> None:
        self.parents[step] += 1

    def complete(self, row: Row, step: int) -> None:
        """Nothing is written."""


class _Onward(Advance):
    """Set steps let everything through."""

    def rows(self, item: Item) -> Iterator[Item]:
        if self.shapes[item.at] == "set":
            yield from self.after(item, item.at)
        else:
            yield from super().rows(item)


class _Scale:
    """A gate that weighs the question instead of asking it."""

    def __init__(self) -> None:
        self.bytes = self.files = 0
        self.tokens = 0.0
        self.exact = True

    async def ask(self, ask: Ask) -> Answer:
        for message in ask.messages:
            if isinstance(parts := message["content"], list):
                self.files += sum(part["type"] != "text" for part in parts)
        schema = canonical(dict(ask.schema)) if ask.schema else b""
        size = len(canonical([dict(message) for message in ask.messages])) + len(schema)
        self.bytes += size
        tokenizer = ask.model.tokenizer
        if tokenizer is None:
            self.tokens, self.exact = self.tokens + size / BYTES_A_TOKEN, False
        else:
            texts = [*texts_of(ask.messages), schema.decode()]
            self.tokens += sum(counted(tokenizer, text) for text in texts) + AROUND_MESSAGES + AROUND_A_MESSAGE * len(ask.messages)
        raise RowFailed("weighed")

    async def embed(self, embed: Embed) -> Embedded:
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in embed.texts)
        self.bytes += size
        tokenizer = embed.model.tokenizer
        if tokenizer is None:
            self.tokens, self.exact = self.tokens + size / BYTES_A_TOKEN, False
        else:
            self.tokens += sum(counted(tokenizer, text) for text in embed.texts)
        raise RowFailed("weighed")

    def halt(self) -> None:
        """Nothing is sent."""


def estimate(recipe: Recipe, lock: Mapping[str, Any], files: Files, db: Database, limit: int | None, plugins: Sequence[Path] = ()) -> Estimate:
    """Count the rows and questions of a recipe over its pinned inputs; stops after `limit` rows. `plugins`: folders of plug-in files."""
    out = Estimate()
    counting: Any = _Counting()
    own = f"estimate-{uuid4().hex}"  # others may estimate at the same time
    scratch = files.scratch(own)
    templates = Templates()
    contexts = [
        StepContext(
            step, i, Inputs(lock, step.title, files), lambda name: _folder(scratch, name), pinned_datasets(lock, step.title, db),
            plugins, templates=templates,
        )
        for i, step in enumerate(recipe.steps)
    ]
    advance = _Onward(routes(recipe), contexts, counting)
    feed = Feed(0, "", db, advance, contexts, revisit=False)
    try:
        for root in [i for i in advance.routes.roots if recipe.steps[i].shape == "source"]:
            for item in feed.items(root):
                if not item.marks:
                    _count(recipe, contexts, item, out)
                if limit is not None and out.rows + counting.kept >= limit:
                    break
    finally:
        for context in contexts:
            context.close()
        files.remove_scratch(own)
    out.rows += counting.kept
    out.failed = counting.failed
    out.made = {step: (count, counting.children[step]) for step, count in sorted(counting.parents.items())}
    _downstream(recipe, advance, out)
    return out


def _folder(scratch: Path, name: str) -> Path:
    (scratch / name).mkdir(parents=True, exist_ok=True)
    return scratch / name


def _count(recipe: Recipe, contexts: list[StepContext], item: Item, out: Estimate) -> None:
    found = out.asked.setdefault(item.at, Questions())
    choices = asked_of(recipe.steps[item.at])
    questions = recipe.steps[item.at].questions_of(item.row)
    each = max(1, questions // max(1, len(choices)))
    found.calls += questions
    found.answers += max(1, len(item.wanted))
    out.rows += max(1, len(item.wanted))
    for choice in choices:
        role = choose_role(choice, item.row.id, recipe.steps[item.at].title)
        found.models[role] = found.models.get(role, 0) + each
    if found.weighed < WEIGHED:
        found.weighed += 1
        scale = asyncio.run(_weighed(recipe, contexts[item.at], item, recipe.models))
        found.bytes, found.tokens, found.exact = found.bytes + scale.bytes, found.tokens + scale.tokens, found.exact and scale.exact
        found.files += scale.files


def weighed(recipe: Recipe, position: int, rows: Sequence[Row], calls: int, files: Files) -> Questions:
    """The questions of the step at `position`, so many as there are `calls`, from some of the rows of which it asks."""
    step = recipe.steps[position]
    found = Questions(calls, answers=calls)
    for choice in asked_of(step):
        role = choice if isinstance(choice, str) else next(iter(choice))
        found.models[role] = calls
    inputs = Inputs({}, step.title, files)
    with closing(StepContext(step, position, inputs, Path, {}, (), templates=Templates())) as context:
        for row in rows:
            scale = asyncio.run(_weighed(recipe, context, Item(row, position), recipe.models))
            found.weighed += 1
            found.bytes, found.tokens, found.exact = found.bytes + scale.bytes, found.tokens + scale.tokens, found.exact and scale.exact
    return found


def asked_of(step: Step) -> list[Any]:
    """The step's choices of a model."""
    found = [*step.marked(MODEL).values(), *step.marked(EMBEDDER).values()]
    return [choice for one in found for choice in (one if isinstance(one, list) else [one])]


async def _weighed(recipe: Recipe, context: StepContext, item: Item, models: Mapping[str, Model]) -> _Scale:
    scale = _Scale()
    step: Any = recipe.steps[item.at]
    params: dict[str, dict[str, Any]] = {role: {} for role in models}
    try:
        await step.rows(item.row, AskContext(context, item.row, scale, models, params, 0, item.wanted, 0, 0))
    except RowFailed:
        return scale
    return scale


def _downstream(recipe: Recipe, advance: Advance, out: Estimate) -> None:
    """Asking steps behind asking steps: a question for each row, as heavy as the answers before it may be."""
    for position, step in enumerate(recipe.steps):
        if advance.shapes[position] != "asking" or position in out.asked:
            continue
        before = [out.asked[i] for i in out.asked if i < position]
        if not before:
            continue
        came = sum(questions.answers for questions in before[-1:])
        mean = sum(q.bytes for q in before) / max(1, sum(q.weighed for q in before))
        calls, choices = came * step.questions, asked_of(step)
        each = calls // max(1, len(choices)) if step.questions > 1 else calls
        models = {role: each for choice in choices for role in ([choice] if isinstance(choice, str) else list(choice)[:1])}
        answers = came * _each(step)
        out.rows += answers - came
        out.asked[position] = Questions(
            calls, 1, int(mean), mean / BYTES_A_TOKEN, exact=False, answers=answers, models=models, guessed=True
        )


def _each(step: Step) -> int:
    """How many rows a step makes of one of which nothing is known."""
    try:
        return (step.count(Row("", b"", {})) if step.makes else 1) or 1
    except Exception:  # noqa: BLE001 - it needs to see a row
        return 1
