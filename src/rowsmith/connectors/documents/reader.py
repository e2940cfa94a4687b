"""Starts the child that reads documents, gives it one file after the other, and starts another where a file ended it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.reader import Stalled, end, said_lines, started, why_ended
from rowsmith.connectors.documents.given import Said
from rowsmith.connectors.documents.kinds import every_kind
from rowsmith.connectors.documents.said import BEGUN, END, UNAVAILABLE, WORKING, said_of
from rowsmith.core.documents import Document
from rowsmith.core.errors import Invalid, Unavailable, choose
from rowsmith.core.records import Fault

Task = dict[str, Any]
"""What the child is told of a file."""
_MOST_ENDED = 5
"""So many members of one archive may end the child; then the rest of it is not read."""


def read_documents(
    files: Iterable[tuple[Path, str]], *, kind: str | None = None, encoding: str | None = None, limits: Limits | None = None,
    records: bool = False, **asked: Any,
) -> Iterator[tuple[int, Said]]:  # fmt: skip
    """What files say, read in a child process with bounded memory, time and output: the file's number, from 0, and a document of it, or what is
    wrong with it, in the order of the files. A file that cannot be read, stalls or breaks its reader costs nothing but itself.

    Args:
        files: where they lie, and what the user knows them as; taken one by one, as they are read.
        kind: what all of them are; default: what is in them, and their names, say it.
        encoding: of texts that have no mark of their own; default: it is found.
        records: whether files of records (CSV, JSON Lines, Parquet ...), alone and within archives, give these; else each is a fault `records`.
        asked: the settings of kinds by name, as each kind's module declares them: layout, ocr, readable ...

    Raises:
        Invalid: there is no such kind or setting. Unavailable: an extra or a program is missing that reads one of them.
    """
    _require_known(kind, asked)
    task = {"kind": kind or "", "encoding": encoding, "asked": asked, "records": records}
    tasks = ({**task, "file": str(path.absolute()), "name": name, "skip": 0} for path, name in files)
    with _Children(limits or Limits()) as children:
        for number, (one, following) in enumerate(_with_following(tasks)):
            yield from ((number, said) for said in children.read(one, following))


def _with_following(tasks: Iterable[Task]) -> Iterator[tuple[Task, Task | None]]:
    """Each with the one behind it; behind the last there is none."""
    before: Task | None = None
    for task in tasks:
        if before is not None:
            yield before, task
        before = task
    if before is not None:
        yield before, None


def _require_known(kind: str | None, asked: Mapping[str, Any]) -> None:
    if kind is not None and kind not in every_kind():
        raise Invalid(f"No kind of document is called {kind!r}.", choose(kind, sorted(every_kind())))
    settings = {name for one in every_kind().values() for name in one.settings}
    for name in asked:
        if name not in settings:
            raise Invalid(f"No kind of document has a setting {name!r}.", choose(name, sorted(settings)))


class _Children:
    """The child at hand, started when the first file comes, and again when it has ended."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        if self._child:
            self._child.end()
        self._child = None

    def read(self, task: Task, following: Task | None) -> Iterator[Said]:
        """Everything of one file, while the child goes on with the following one. Where a member of an archive ends it, another one goes on
        behind that."""
        skip, ended = 0, 0
        while skip >= 0:
            member = -1
            self._child = self._child or _Child(self._limits)
            try:
                for said in self._child.asked({**task, "skip": skip} if skip else task, following):
                    if isinstance(said, int):
                        member = said
                    else:
                        yield _of_file(said, task["name"])
                if not self._child.goes_on:
                    self._end()
                return
            except _Ended as error:
                self._end()
                ended += 1
                which = f" (its file number {member + 1})" if member >= 0 else ""
                yield Fault(task["name"], 0, error.reason, f"The file {error.detail}{which}. Look at what it holds; it may be damaged or hostile.")
                skip = member + 1 if member >= 0 and ended < _MOST_ENDED else -1
        if ended >= _MOST_ENDED:
            yield Fault(task["name"], 0, "too_many", f"{ended} files in it ended their reader; the rest is not read.")


def _of_file(said: Said, name: str) -> Said:
    return said if isinstance(said, Document) else replace(said, file=f"{name}/{said.file}" if said.file else name)


class _Ended(Exception):
    """The child ended, or had to be ended: a code, and what the file did."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass
class _Child:
    """One process; `goes_on` after a file says whether it takes another, and `told` is the one that it has been told of already."""

    limits: Limits
    goes_on: bool = True
    told: Task | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        scratch = self._open.enter_context(tempfile.TemporaryDirectory(prefix="rowsmith-", ignore_cleanup_errors=True))
        self._complaints = self._open.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._process = started("rowsmith.connectors.documents.child", scratch, self._complaints)
        assert self._process.stdout is not None
        self._lines = said_lines(self._process.stdout.fileno(), "", self.limits.stall_s)  # of all files: it may have read ahead
        self._tell({"limits": asdict(self.limits), "scratch": scratch})

    def _tell(self, told: dict[str, Any]) -> bool:
        """Whether the child was there to be told; what it has said before its end is still to be read."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(orjson.dumps(told) + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def asked(self, task: Task, following: Task | None) -> Iterator[Said | int]:
        """What it says of a file; the number of a member that it begins. It is told of the following one at once, so that it need not wait.

        Raises:
            _Ended: it ended before it was done. Unavailable: something is missing to read the file.
        """
        if self.told is not task:
            self._tell(task)
        self.told = following if following is not None and self._tell(following) else None
        try:
            for line in self._lines:
                what, *told = orjson.loads(line)
                if what == END:
                    self.goes_on = told[0]
                    return
                if what == UNAVAILABLE:
                    raise Unavailable(*told)
                if what == WORKING:
                    continue
                yield told[0] if what == BEGUN else said_of(what, told[0])
        except Stalled:
            raise _Ended("timeout", f"stalled its reader for {self.limits.stall_s:g} s") from None
        raise self._ended()

    def _ended(self) -> _Ended:
        return _Ended(*why_ended(self._process.wait(), self.limits, self._complaints))

    def end(self) -> None:
        """End it."""
        end(self._process)
        self._open.close()
