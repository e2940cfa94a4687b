"""The law of stopping: stopped anywhere, in any way, and resumed = never stopped."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exact import TOPICS, topics_server
from proofs import Outcome, rows_of, sound
from stage import EVERYTHING, ITEM, Stage, pairs, passage, stage

from rowsmith.testing import CommandLine, ModelServer, Request

PLACES = 8
FACTS = ("state", "requested", "kept", "dropped", "failed", "pending", "cancelled")


@dataclass
class Play:
    """A recipe that is carried out in peace and disturbed: how many models it has, each with places of its own, how to prepare a home for it, and the
    words of its command."""

    name: str
    models: int
    serve: Callable[[], ModelServer]
    prepare: Callable[[Stage], None]
    words: Callable[[Stage, ModelServer], list[str | Path]]


def everything(chance: random.Random) -> Play:
    """Every kind of step, with a target or without."""
    rows, target = chance.randrange(20, 40), chance.choice([(), ("--target", str(chance.randrange(10, 30)))])
    return Play(
        "everything",
        2,
        lambda: ModelServer(pairs, key=ITEM, latency=(0.01, 0.06)),
        lambda home: _given(home, rows),
        lambda home, model: home.run(model, "--grace", "2", *target, recipe=EVERYTHING, places=PLACES, out=home.folder / "out.jsonl"),
    )


def _given(home: Stage, rows: int) -> None:
    home.items(rows, passage)


def topics(chance: random.Random) -> Play:
    """Few inputs and a target, so that there are rounds."""
    count, target = chance.randrange(4, 8), chance.randrange(40, 80)

    def prepare(home: Stage) -> None:
        text = TOPICS % ", ".join(f"{{topic: topic {i}}}" for i in range(count))
        (home.folder / "topics.yaml").write_text(text, encoding="utf-8")

    def words(home: Stage, model: ModelServer) -> list[str | Path]:
        return home.run(model, "--target", str(target), recipe=home.folder / "topics.yaml", places=PLACES, input=None)

    return Play("topics", 1, lambda: topics_server(0, {}), prepare, words)


LISTED = """
name: listed
attempts: 30
parameters:
  model: {help: the model}
  base_url: {help: the server}
  concurrency: {default: 8}
models:
  writer: {model: "openai/${model}", base_url: "${base_url}", concurrency: "${concurrency}", reasks: 0}
steps:
  - {kind: read.rows, rows: [%s]}
  - kind: generate.columns
    name: list
    prompt: List what belongs to {{ topic }}.
    output: {items: {type: array, items: {type: string}}}
    forward: all
  - {kind: transform.explode, column: items, into: item, keep: [topic]}
  - {kind: generate.columns, name: say, prompt: "Say what {{ item }} is.", into: said, forward: all}
  - {kind: filter.duplicates, columns: [said]}
  - {kind: generate.columns, name: more, prompt: "Say more of {{ item }}.", into: more, forward: all}
  - {kind: generate.variants, name: short, values: {form: [short]}}
  - {kind: generate.variants, name: long, from: more, values: {form: [long]}}
  - {kind: generate.columns, name: end, from: [short, long], prompt: "End {{ item }} in a {{ form }} way.", into: last, forward: all}
  - {kind: filter.where, where: "length(last) %% 5 <> 0", reason: length}
"""


def listed(chance: random.Random) -> Play:
    """A target, and behind questions, a set step and branches more rows than it needs."""
    count, target = chance.randrange(6, 10), chance.randrange(20, 45)

    def answer(request: Request) -> Any:
        said = request.text
        if said.startswith("List"):
            return {"items": [f"t{said[-2]}-{n}" for n in range(8)]}
        topic, number = (int(part) for part in re.findall(r"t(\d)-(\d)", said)[0])
        return f"{topic} is like {number % 6}" if said.startswith("Say what") else "x" * (1 + 3 * topic + number + len(said) % 7)

    def prepare(home: Stage) -> None:
        text = LISTED % ", ".join(f"{{topic: topic {i}}}" for i in range(count))
        (home.folder / "listed.yaml").write_text(text, encoding="utf-8")

    def words(home: Stage, model: ModelServer) -> list[str | Path]:
        return home.run(model, "--target", str(target), recipe=home.folder / "listed.yaml", places=PLACES, input=None)

    return Play("listed", 1, lambda: ModelServer(answer, latency=(0.01, 0.06)), prepare, words)


PLAYS = {"everything": everything, "topics": topics, "listed": listed}


def stop_anywhere(folder: Path, kind: str, *, seed: int, times: int, stops: int = 3, plays: tuple[str, ...] = ("everything", "topics")) -> Outcome:
    """The rows' bytes, ids and order, and every count, are those of a run that nobody stops."""
    chance = random.Random(seed)
    total = Outcome(f"stop anywhere + resume = never stopped, {kind}")
    for turn in range(times):
        play = PLAYS[chance.choice(plays)](chance)
        with play.serve() as model:
            with _home(folder / f"peace{turn}", kind, play) as home:
                wanted = home.result(*play.words(home, model), code=None)
                with home.database() as db:
                    same = rows_of(db, play.name)
            calls = len(model.calls)
            with _home(folder / f"turn{turn}", kind, play) as home:
                story, killed = _disturb(home, play, model, chance, stops)
                result = home.result(*play.words(home, model), code=None)
                with home.database() as db:
                    sound(db)
                    rows = rows_of(db, play.name)
            told = f"{story}: {[result[n] for n in FACTS]}, in peace {[wanted[n] for n in FACTS]}"
            assert [result[n] for n in FACTS] == [wanted[n] for n in FACTS], told
            assert rows == same, f"{told}\n{[(a, b) for a, b in zip(rows, same, strict=False) if a != b][:2]}"
            total.add(Outcome("", stops, 0, 0, max(0, len(model.calls) - 2 * calls), killed * play.models * PLACES))
    return total


@contextmanager
def _home(folder: Path, kind: str, play: Play) -> Iterator[Stage]:
    with stage(folder, kind) as home:
        play.prepare(home)
        yield home


def _disturb(home: Stage, play: Play, model: ModelServer, chance: random.Random, stops: int) -> tuple[list[str], int]:
    """Start and end it so often, each time in another way at another moment. What was done, and how many of them were kills."""
    story, killed = [], 0
    for _ in range(stops):
        way, moment = chance.choice(["kill", "terminate", "stop", "twice"]), chance.uniform(0.6, 1.8)
        story.append(f"{play.name}: {way} at {moment:.2f}")
        with home.start(*play.words(home, model)) as command:
            killed += _end(home, command, way, moment)
    return story, killed


def _end(home: Stage, command: CommandLine, way: str, moment: float) -> int:
    """End it so; how many times its calls in flight may have been lost."""
    deadline = time.monotonic() + moment
    while time.monotonic() < deadline:
        if command.process.poll() is not None:
            return 0
        time.sleep(0.01)
    if way == "kill":
        command.kill()
        return 1
    if way == "stop":
        home.finish("stop", "r1")
        command.wait(20)
        return 0
    command.terminate()
    if way == "twice":
        time.sleep(0.01)
        command.terminate()
    return int(command.wait(20) not in (0, 3, 5))
