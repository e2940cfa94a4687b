"""Whether the calls of tools in a conversation are those that its goal takes, no matter in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from rowsmith.core.flags import Flag
from rowsmith.core.ids import content_hash
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, Row
from rowsmith.core.step import Column
from rowsmith.steps.checking import Check
from rowsmith.steps.request import pick
from rowsmith.steps.toolbox import Call, calls_in


class GoalCalls(Check):
    """Compares the calls that are made in a conversation with those that were planned for its goal, without a model. `scores.<into>` is
    {"planned": 3, "made": 4, "missing": 0, "other": 1}; a row is flagged `missing_call` for the first planned call that is never made, and
    `other_call` for the first one that was not planned, unless its tool is one of `harmless`.

    Two calls are the same when name and arguments are; texts are compared without case and surrounding space. Order and repetition do not count.

    Source: Prabhakar et al., "APIGen-MT", arXiv 2504.03601: a trajectory is kept where it ends as its blueprint says. There the states of an
    environment are compared; here, without one, the calls that would lead to them.
    """

    messages: Column = Field("messages", description="Column with the conversation.")
    calls: Column = Field("calls", description="Column with the calls that were planned: [{name, arguments}].")
    harmless: list[str] = Field([], description="Tools that change nothing, and may be called beside what was planned.")
    into: str = Field("goal_calls", min_length=1, description="Name of the score.")

    def rows(self, row: Row, ctx: Context) -> Iterator[Row | Drop]:
        """The row with its score and flags, or dropped for the first of them."""
        planned, made = calls_in(row, self.calls), self._made(row)
        wanted, there = ({_key(call): call for call in calls} for calls in (planned, made))
        missing = [call for key, call in wanted.items() if key not in there]
        other = [call for key, call in there.items() if key not in wanted and call.name not in self.harmless]
        found = [Flag(self.title, "missing_call", f"{_told(call)} is never made.", path=self.messages) for call in missing[:1]]
        found += [Flag(self.title, "other_call", f"{_told(call)} was not planned.", path=self.messages) for call in other[:1]]
        score = {"planned": len(wanted), "made": len(there), "missing": len(missing), "other": len(other)}
        yield self.told(row, {self.into: score}, found)

    def _made(self, row: Row) -> list[Call]:
        said = pick(row, [self.messages])[self.messages]
        called = [call for one in said if isinstance(one, dict) for call in one.get("tool_calls") or ()] if isinstance(said, list) else None
        return calls_in(row.with_data({self.calls: called}), self.calls)


def _key(call: Call) -> bytes:
    return content_hash([call.name, _plain(call.arguments)])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip().casefold() if isinstance(value, str) else value


def _told(call: Call) -> str:
    return f"{call.name}({', '.join(f'{name}: {value!r}'[:60] for name, value in (call.arguments or {}).items())})"
