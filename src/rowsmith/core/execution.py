"""What came of code that was carried out with its tests."""

from __future__ import annotations

from dataclasses import dataclass

from rowsmith.core.row import Json


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test, or one expression: whether it went well, what it said where it did not, and the value that an expression has."""

    ok: bool
    error: str = ""
    value: Json = None


@dataclass(frozen=True, slots=True)
class Executed:
    """The tests or expressions that were carried out, in order; `done` where it came to its end, else `error` says why not. Code that sets out to
    fake the verdict on itself can: the sandbox keeps it from everything else."""

    tests: tuple[Verdict, ...]
    done: bool
    error: str = ""

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(one.ok for one in self.tests)

    @property
    def passes(self) -> bool:
        """Whether there are tests, and all passed."""
        return self.done and bool(self.tests) and self.passed == len(self.tests)

    @property
    def first_error(self) -> str:
        """The first thing that went wrong; empty for nothing."""
        return self.error or next((one.error for one in self.tests if not one.ok), "")


@dataclass(frozen=True, slots=True)
class Answered:
    """What a query gave: the names of its columns, the number of its rows, a hash of them whatever their order, and one with it; or the error."""

    columns: tuple[str, ...] = ()
    rows: int = 0
    hash: str = ""
    ordered: str = ""
    error: str = ""
