"""A large file converted in pieces, by several processes at once, in the order of the file."""

from __future__ import annotations

import os
import queue
import subprocess
import tempfile
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from rowsmith.app.rejects import Rejects
from rowsmith.connectors.containers import Cut, Limits, died, said_lines, started
from rowsmith.core.errors import Invalid
from rowsmith.core.records import Contents
from rowsmith.formats import Format, LossReport, Mapping
from rowsmith.steps.export import Lines
from rowsmith.steps.kinds import Kinds

_MOST = 4


class Crew:
    """Processes that convert pieces (converting.py). They are started before it is known how, as that takes a while."""

    def __init__(self, name: str, limits: Limits, scratch: str, complaints: IO[bytes], stack: ExitStack) -> None:
        self.name, self.limits, self.scratch = name, limits, scratch
        self.processes: list[_Process] = []
        self._complaints, self._stack = complaints, stack

    def start(self) -> None:
        """Start them, one for each processor."""
        for _ in range(min(os.cpu_count() or 1, _MOST)):
            self.processes.append(self._stack.enter_context(_Process(self.name, self.scratch, self._complaints, self.limits)))

    def end(self) -> None:
        """End them: their memory is wanted."""
        self._stack.close()


@contextmanager
def crew(name: str, limits: Limits) -> Iterator[Crew]:
    """Processes for a file, which the user knows by this name. They are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rowsmith-") as scratch, tempfile.TemporaryFile() as complaints, ExitStack() as stack:
        yield Crew(name, limits, scratch, complaints, stack)


@dataclass(frozen=True, slots=True)
class Piecework:
    """What is to be done with a file: `into` is the container and `target` the name of the file that is written."""

    path: Path
    cut: Cut
    crew: Crew
    format: Format
    mapping: Mapping
    made: Format
    into: str
    target: str

    def lines(self, report: LossReport, rejects: Rejects, contents: Contents) -> Iterator[Lines]:
        """The lines of all pieces, in their order. Fills `report`, `rejects` and `contents`.

        Raises:
            Invalid: the file cannot be read, or costs more than it may.
        """
        work, count = self._told(report), len(self.crew.processes)
        free: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        for process in self.crew.processes:
            process.say(work)
            free.put(process)
        with ThreadPoolExecutor(count, "piecework") as pool, closing(_ahead(pool, free, self.cut, 2 * count)) as answers:
            for told in answers:
                yield from self._taken(told, report, rejects, contents)
        self.crew.end()
        contents.end(self.crew.name)

    def _told(self, report: LossReport) -> bytes:
        name, limits, scratch = self.crew.name, self.crew.limits, self.crew.scratch
        read = {"path": str(self.path.absolute()), "name": name, "container": self.cut.container, "letters": self.cut.letters}
        made = {"from": self.format.name, "to": self.made.name, "mapping": self.mapping.model_dump(), "into": self.into, "target": self.target}
        most = limits.output(self.path.stat().st_size) * 4
        consumer = "" if report.check is None else report.check.consumer
        return orjson.dumps({**read, **made, "consumer": consumer, "most": most, "limits": asdict(limits), "scratch": scratch}) + b"\n"

    def _taken(self, told: dict[str, Any], report: LossReport, rejects: Rejects, contents: Contents) -> Iterator[Lines]:
        if "what" in told:
            raise Invalid(f"{self.crew.name}: {told['what']}", told["fix"])
        report.add(told)
        contents.odd += told["odd"]
        if told["rejects"]:
            with open(told["rejects"], "rb") as file:
                for line in file:
                    rejects.add(**orjson.loads(line))
            os.unlink(told["rejects"])
        rows, missing, kinds = told["rows_out"], told["missing"], Kinds(told["columns"], told["longest"])
        yield Lines(Path(told["lines"]), rows, kinds, missing, Path(told["files"]))


def _ahead(pool: ThreadPoolExecutor, free: queue.SimpleQueue[_Process], cut: Cut, most: int) -> Generator[dict[str, Any], None, None]:
    """What is told of each piece, in order; so many pieces ahead of whoever listens, whose scratch files wait."""

    def one(piece: bytes) -> dict[str, Any]:
        process = free.get()
        try:
            return process.convert(piece)
        finally:
            free.put(process)

    coming: deque[Future[dict[str, Any]]] = deque()
    try:
        for piece in cut.pieces:
            coming.append(pool.submit(one, orjson.dumps(astuple(piece)) + b"\n"))
            if len(coming) > most:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        for future in coming:
            future.cancel()


class _Process:
    """A process that converts one piece at a time."""

    def __init__(self, name: str, scratch: str, complaints: IO[bytes], limits: Limits) -> None:
        self._name, self._limits, self._complaints = name, limits, complaints
        self._process: subprocess.Popen[bytes] = started("rowsmith.app.converting", scratch, complaints)
        assert self._process.stdout is not None
        self._answers = said_lines(self._process.stdout.fileno(), name, limits.stall_s)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def convert(self, piece: bytes) -> dict[str, Any]:
        """What came of the piece.

        Raises:
            Invalid: the process ended, or nothing came of it for too long.
        """
        self.say(piece)
        if (line := next(self._answers, None)) is None:
            raise died(self._name, self._process.wait(), self._limits, self._complaints)
        told: dict[str, Any] = orjson.loads(line)
        return told

    def say(self, line: bytes) -> None:
        """Tell it a line: the work first, then pieces.

        Raises:
            Invalid: the process ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise died(self._name, self._process.wait(), self._limits, self._complaints) from None
