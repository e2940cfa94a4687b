"""The search for a better prompt by DSPy, in a process of its own that asks through our gate: MIPROv2 or GEPA.

Its questions are collected for a moment and asked together by ordinary runs, so they are stored, capped and counted. Killed and begun again, DSPy
asks the same questions, and the answers are there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Thread
from typing import IO, Any

import orjson

from rowsmith.app.held_out import DEV, TRAIN, drawn
from rowsmith.app.measuring import means
from rowsmith.app.optimization import Candidate
from rowsmith.app.searching import Search
from rowsmith.assist.dspy_child import candidate
from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.core.metrics import Judge, parts_of
from rowsmith.core.models import Model
from rowsmith.core.prompt import parse
from rowsmith.core.prompts import Example
from rowsmith.core.recipe import Recipe
from rowsmith.steps.generate.columns import Columns
from rowsmith.steps.read.rows import ReadRows

HOW = {"mipro": "MIPROv2", "gepa": "GEPA"}
GATHER_S = 0.05
"""For so long more questions are waited for, so that they are asked together."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "SYSTEMROOT")
Question = dict[str, Any]


def require(how: str) -> None:
    """Whether DSPy is there.

    Raises:
        Invalid: there is no such optimiser. Unavailable: DSPy is not installed.
    """
    if how not in HOW:
        raise Invalid(f"There is no optimiser {how!r}.", f"Choose one of: {', '.join(HOW)}; or none, for Rowsmith's own.")
    if find_spec("dspy") is None:
        raise Unavailable(f"{HOW[how]} is a part of DSPy, which is not installed.", "Install it with: pip install 'rowsmith[dspy]'")


@dataclass(slots=True)
class DspySearch(Search):
    """A search by DSPy; what it found is measured on the dev part as any candidate."""

    how: str = "mipro"
    first: str = ""

    def run(self) -> None:
        """The whole of it.

        Raises:
            Invalid: the prompt or the metric is not for DSPy. Unavailable: it failed. Conflict: a run stands still.
        """
        if parse(self.best.system).variables:
            raise Invalid("DSPy rewrites the system text, and the prompt's has variables.", "Put them into the text, or search without --with.")
        if any(isinstance(part, Judge) for part in parts_of(self.bench.rows.metric)):
            raise Invalid("DSPy's search asks no judge.", "Use another metric with it, or search without --with.")
        dev = drawn(self.bench.rows.parts[DEV], self.seed, DEV)
        (outcomes,), self.first = self.bench.measure("dev", [self.best], dev)
        self.dev = self.baseline = means(outcomes)
        self._say(f"the prompt as it is: {_figure(self.dev)} on {len(dev):,} dev rows")
        found = self._searched()
        prompt = candidate(self.best, found["system"], [Example.model_validate(one) for one in found["examples"]])
        if prompt == self.best:
            return
        (outcomes,), _ = self.bench.measure("dev dspy", [prompt], dev)
        how = "rewritten, examples" if prompt.examples else "rewritten"
        told = Candidate("1.1", how, "beaten", means(outcomes), len(dev), f"Found by {HOW[self.how]}.", prompt)
        if told.dev is not None and (self.dev is None or told.dev > self.dev):
            self.winner = told = replace(told, state="best")
            self.best, self.dev = prompt, told.dev
        self.candidates.append(told)
        self._say(f"{HOW[self.how]}: {_figure(told.dev)} on {len(dev):,} dev rows")

    def _searched(self) -> dict[str, Any]:
        self._say(f"{HOW[self.how]} searches")
        environ = {name: value for name in PASSED_ON if (value := os.environ.get(name)) is not None}
        with TemporaryDirectory() as folder, TemporaryFile() as log:
            environ |= {"DSPY_CACHEDIR": folder, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
            child = Popen(
                [sys.executable, "-P", "-m", "rowsmith.assist.dspy_child"], stdin=PIPE, stdout=PIPE, stderr=log, env=environ, cwd=folder,
                start_new_session=True,
            )  # fmt: skip
            try:
                return self._served(child, log)
            finally:
                child.kill()
                child.wait()

    def _served(self, child: Popen[bytes], log: IO[bytes]) -> dict[str, Any]:
        assert child.stdin is not None and child.stdout is not None
        lines: SimpleQueue[bytes | None] = SimpleQueue()
        _say(child, self._task())
        Thread(target=_read, args=(child.stdout, lines), daemon=True).start()
        while True:
            block = [orjson.loads(line) for line in _block(lines)]
            if not block:
                log.seek(0)
                words = log.read().decode("utf-8", "replace").strip().splitlines()[-1:]
                raise Unavailable(" ".join(["DSPy's process ended.", *words])[:1000], "Look at that, and give the same command again.")
            for line in block:
                if "done" in line:
                    return dict(line["done"])
                if "what" in line:
                    raise Unavailable(line["what"], line["fix"])
            for said in self._asked(block):
                _say(child, said)

    def _task(self) -> dict[str, Any]:
        rows = self.bench.rows
        parts = {
            part: [{"data": row.data, "expected": rows.expected(row)} for row in drawn(rows.parts[part], self.seed, part)] for part in (TRAIN, DEV)
        }  # fmt: skip
        effort = {name: getattr(self.effort, name) for name in ("rounds", "candidates", "demos", "minibatch")}
        values = {name: value for name, value in self.bench.values.items() if name in self.best.used}
        return {
            "how": self.how, "prompt": self.best.dump(), "metric": rows.metric.model_dump(mode="json", exclude_defaults=True, by_alias=True),
            "inputs": [name for name in rows.inputs if name in self.best.used], "values": values, "seed": self.seed, "effort": effort, **parts,
        }  # fmt: skip

    def _asked(self, block: list[Question]) -> Iterator[dict[str, Any]]:
        """The answers, in the order in which their runs end."""
        kinds: dict[tuple[str, float | None, bool], list[Question]] = {}
        for one in block:
            kinds.setdefault((one["role"], one["temperature"], one["messages"][0]["role"] == "system"), []).append(one)
        for (role, temperature, system), questions in kinds.items():
            model = self.bench.asked(self.best) if role == "answerer" else self.bench.models.proposer
            answers = self._run(model if temperature is None else model.model_copy(update={"temperature": temperature}), questions, system)
            for place, one in enumerate(questions):
                yield {"id": one["id"], **answers.get(place, {"failed": "no answer that can be used"})}

    def _run(self, model: Model, questions: list[Question], system: bool) -> dict[int, dict[str, Any]]:
        rows = []
        for one in questions:
            said = "\n\n".join(message["content"] for message in one["messages"] if message["role"] != "system")
            before = {"system": one["messages"][0]["content"]} if system else {}
            rows.append({"text": said, **before, **self._rows_in(said)})
        step = Columns(name="ask", prompt="{{ text }}", system="{{ system }}" if system else "", into="answer")
        purse = self.bench.purse
        steps = [ReadRows(name="questions", rows=rows), step]
        result = purse.start(Recipe(name=f"optimize {self.bench.name} dspy"[:200], models={"writer": model}, steps=steps), compares=(self.first,))
        return {row.origin["source"]["index"]: {"answer": row.data["answer"]} for row in purse.runs.rows(result.run)}

    def _rows_in(self, said: str) -> dict[str, str]:
        """The ids of the rows whose texts stand in a question."""
        parts, used = self.bench.rows.parts, self.best.used
        every = [row for part in (TRAIN, DEV) for row in parts[part]]
        ids = [row.id for row in every if any(isinstance(text := row.data.get(name), str) and text.strip() and text in said for name in used)]
        return {"pair": " ".join(ids)} if ids else {}


def _say(child: Popen[bytes], line: Mapping[str, Any]) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(orjson.dumps(line) + b"\n")
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it has ended; its last words are read next


def _read(pipe: IO[bytes], lines: SimpleQueue[bytes | None]) -> None:
    for line in pipe:
        lines.put(line)
    lines.put(None)


def _block(lines: SimpleQueue[bytes | None]) -> list[bytes]:
    """The next lines: what has come, and comes within a moment; none when the other side has ended."""
    found: list[bytes] = []
    line = lines.get()
    while line is not None:
        found.append(line)
        try:
            line = lines.get(timeout=GATHER_S)
        except Empty:
            return found
    if found:
        lines.put(None)
    return found


def _figure(value: float | None) -> str:
    return "no score" if value is None else f"{value:.3f}"
