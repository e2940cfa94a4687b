"""Source code of strangers is read by a child: what a file does to it costs that file alone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from rowsmith.connectors.code import CodeReader
from rowsmith.connectors.code.outline import outline
from rowsmith.connectors.containers.limits import Limits
from rowsmith.core.errors import RowFailed
from rowsmith.core.outline import Part

GOOD = "def a():\n    return 1\n\n\nclass B:\n    def c(self):\n        return 2\n"
SLOW = "[" * 1_000_000
"""Takes seconds: grammars try to mend it."""


@pytest.fixture
def reader() -> Iterator[CodeReader]:
    one = CodeReader()
    yield one
    one.close()


def child(reader: CodeReader) -> int:
    assert reader._child.pid is not None
    return reader._child.pid


def failed(reader: CodeReader, text: str, language: str = "python") -> RowFailed:
    with pytest.raises(RowFailed) as error:
        reader.outline(text, language, 8)
    assert [part.symbol for part in reader.outline(GOOD, "python", 8)] == ["a", "B"]  # the next file is read by a new child
    return error.value


def used(process: int) -> float:
    """Its CPU seconds."""
    return float(psutil.Process(process).cpu_times().user)


def test_the_child_says_what_the_tree_says(reader: CodeReader) -> None:
    text = Path(os.__file__).read_text(encoding="utf-8")
    for size in (8, 800):
        assert reader.outline(text, "python", size) == outline(text, "python", size)
    first, second = reader.outline(GOOD, "python", 8)
    assert (first, second.symbol, [one.symbol for one in second.parts]) == (
        Part(0, 21, "a", [], first.blocks), "B", ["B", "B.c"]
    )  # fmt: skip
    assert all(not part.parts and not part.blocks for part in reader.outline(GOOD, "python", 800)), "what surely fits is not taken apart"


def test_one_child_reads_many_files_for_several_threads(reader: CodeReader) -> None:
    reader.outline(GOOD, "python", 8)
    first, found = child(reader), []

    def read(number: int) -> None:
        for n in range(20):
            (part,) = reader.outline(f"def f{number}_{n}(): pass\n", "python", 8)
            found.append((part.symbol, f"f{number}_{n}"))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(said == asked for said, asked in found)
    assert child(reader) == first
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


@pytest.mark.slow
def test_a_million_brackets_cost_time_and_nothing_else(reader: CodeReader) -> None:
    (part,) = reader.outline(SLOW, "python", 800)
    assert (part.start, part.end) == (0, len(SLOW))


def test_a_file_that_takes_too_long_is_told_so() -> None:
    for limits, said in ((Limits(stall_s=1.0), "gave no answer for 1 s"), (Limits(cpu_s=1, cpu_s_per_mb=0.0), "took more than the 1 s")):
        reader = CodeReader(limits)
        error = failed(reader, SLOW)
        reader.close()
        assert error.reason == "timeout" and said in str(error)


@pytest.mark.slow
def test_a_file_that_takes_too_much_memory_is_told_so() -> None:
    """Where an allocation fails, Python says MemoryError and a grammar crashes: both end the child, and nothing else."""
    for most in (160 << 20, 300 << 20):
        reader = CodeReader(Limits(memory_bytes=most))
        error = failed(reader, SLOW)
        reader.close()
        assert error.reason in ("memory", "broken_file") and "broke its reader" in str(error)


def test_a_file_that_makes_it_say_too_much_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowsmith.connectors.code.reader.MOST_BYTES", 10_000)
    with closing(CodeReader()) as reader:
        error = failed(reader, "\n".join(f"x{n} = {n}" for n in range(5_000)))
    assert error.reason == "too_large"


def test_a_child_killed_in_the_middle_costs_that_file_alone(reader: CodeReader) -> None:
    reader.outline(GOOD, "python", 8)
    victim = child(reader)
    before = used(victim)

    def kill() -> None:
        while used(victim) < before + 0.05:  # it is at work; the million brackets take seconds
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    error = failed(reader, SLOW)
    killing.join()
    assert error.reason == "memory" and "ended by the system" in str(error)
    assert child(reader) != victim


def test_a_child_that_ended_between_two_files_is_started_anew(reader: CodeReader) -> None:
    reader.outline(GOOD, "python", 8)
    os.kill(victim := child(reader), signal.SIGKILL)
    while psutil.Process(victim).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert len(reader.outline(GOOD, "python", 8)) == 2


def test_the_child_has_no_key_of_ours(reader: CodeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    reader.outline(GOOD, "python", 8)
    assert b"sk-secret" not in Path(f"/proc/{child(reader)}/environ").read_bytes()
    limits = Path(f"/proc/{child(reader)}/limits").read_text()
    assert str(Limits().memory_bytes) in next(line for line in limits.splitlines() if "address space" in line)
