"""Where a story plays: a home of its own, inputs, the command line as real processes, and a scripted model server beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from rowsmith import Lab
from rowsmith.app.proof import Proof, verify
from rowsmith.store.database import Database, open_database
from rowsmith.testing import CommandLine, ModelServer, ModelServerProcess, Request, postgres_database, rowsmith

EXAMPLES = Path(__file__).parents[2] / "examples"
ONE_CALL = EXAMPLES / "one_call.yaml"
CRITIC = EXAMPLES / "critic.yaml"
EVERYTHING = Path(__file__).with_name("everything.yaml")
ITEM = r"Item (\d+) says"
"""The `key` of the server's log: the number of the row that asks."""
Model = ModelServer | ModelServerProcess


class Stage:
    """A home in a folder (or on PostgreSQL, with its files in the folder) and the commands that are given to it."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.folder = folder
        self.home = database.replace("+psycopg", "") if database else str(folder / "home")
        self.files = folder / ("files" if database else "home/files")
        self.env = {"ROWSMITH_FILES": str(self.files)}
        self.input = folder / "input.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def items(self, count: int, say: Callable[[int], str] = lambda i: f"Item {i} says that the number after {i} is {i + 1}.") -> Path:
        """Write the input: rows with the ids 0 to count - 1."""
        lines = (json.dumps({"id": str(i), "text": say(i)}) + "\n" for i in range(count))
        self.input.write_text("".join(lines), encoding="utf-8")
        return self.input

    def sets(self, server: Model | str, places: int = 16, **more: Any) -> list[str]:
        """`--set` options for a recipe that reads the input and asks the server; a value of None leaves one out."""
        url = server if isinstance(server, str) else server.url
        values = {"input": self.input, "model": "scripted", "base_url": url, "concurrency": places, **more}
        return [part for name, value in values.items() if value is not None for part in ("--set", f"{name}={value}")]

    def run(self, server: Model | str, *options: str | Path, recipe: Path = ONE_CALL, places: int = 16, **sets: Any) -> list[str | Path]:
        """The words of `rowsmith run`, for `start` and `finish`."""
        return ["run", recipe, *self.sets(server, places, **sets), *options, "--json"]

    def start(self, *words: str | Path, env: Mapping[str, str] | None = None) -> CommandLine:
        """Start a command in this home."""
        return CommandLine(*words, "--home", self.home, env={**self.env, **(env or {})}, cwd=self.folder)

    def finish(self, *words: str | Path, env: Mapping[str, str] | None = None, timeout_s: float = 120.0) -> CompletedProcess[str]:
        """Carry a command out to its end."""
        return rowsmith(*words, "--home", self.home, env={**self.env, **(env or {})}, cwd=self.folder, timeout_s=timeout_s)

    def result(self, *words: str | Path, env: Mapping[str, str] | None = None, code: int | None = 0, timeout_s: float = 120.0) -> dict[str, Any]:
        """Carry a command with --json out; its result. `code`: the exit code that it must end with (None: any)."""
        done = self.finish(*words, env=env, timeout_s=timeout_s)
        assert code is None or done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found

    def prove(self, *, rebuild: bool = True) -> Proof:
        """Every proof that the home can give: what `rowsmith verify` does, in this process, which is quicker."""
        with Lab(self.home, files=self.files, environ={}) as lab:
            proof = verify(lab, rebuild=rebuild)
        assert proof.ok, proof
        return proof

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The home's database, opened beside whoever uses it."""
        url = self.home.replace("postgresql://", "postgresql+psycopg://") if "://" in self.home else f"sqlite:///{self.home}/rowsmith.db"
        db = open_database(url)
        try:
            yield db
        finally:
            db.close()


@contextmanager
def stage(folder: Path, kind: str = "sqlite") -> Iterator[Stage]:
    """A fresh stage on `sqlite` or `postgresql`."""
    with ExitStack() as stack:
        yield Stage(folder, stack.enter_context(postgres_database()) if kind == "postgresql" else None)


def server(**script: Any) -> ModelServerProcess:
    """A scripted server in a process of its own, whose log is keyed by the row that asks."""
    return ModelServerProcess(**{"key": ITEM, **script})


def passage(i: int) -> str:
    """A text long enough for two or three pairs in everything.yaml."""
    facts = (f"Item {i} says that box {i * 7 + k} holds {i * k + 3} marbles of colour {k}." for k in range(4 + i % 3))
    return " ".join(facts)


def pairs(request: Request) -> Any:
    """For everything.yaml: three pairs for each text, the third asking nearly what the second asks; scores by the text alone."""
    if "pairs" not in request.schema.get("properties", {}) if request.schema else True:
        return None
    number = re.search(ITEM, request.text)
    mark = blake2b(request.body, digest_size=4).hexdigest()
    item = number[1] if number else "?"
    asked = [f"Which marbles lie in the first box of item {item} {mark}?"]
    asked += [f"How many boxes does the text {mark} give for item {item}{end}" for end in ("?", " ?")]
    return {"pairs": [{"input": question, "answer": f"Box {k} of {item}."} for k, question in enumerate(asked)]}
