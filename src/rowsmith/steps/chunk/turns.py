"""Chunks of a conversation: windows of its turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self

from pydantic import Field, NonNegativeInt, model_validator

from rowsmith.core.errors import RowFailed
from rowsmith.core.ports import Context
from rowsmith.core.row import Drop, New, Row
from rowsmith.core.shapes import ROLES, texts
from rowsmith.core.spans import Span, trimmed
from rowsmith.core.step import Column
from rowsmith.core.tokens import Measured
from rowsmith.steps.chunking import Chunking, key_of
from rowsmith.steps.packing import divided
from rowsmith.steps.request import pick
from rowsmith.steps.spans import cut, parts

Window = tuple[int, int]
"""Turns [first, last), counted from 0."""
Cost = Callable[[int, int], int]
"""The tokens of a window."""


class Turns(Chunking):
    """Cuts a conversation into windows of at most `size` tokens, as many turns as fit, each begun by the user where the conversation allows.

    A row with messages gives rows with messages: what the system says first goes with every window, and counts. An exchange (a user's turn and all
    up to the next) that is longer than `size` is cut between its turns; a message that is longer alone is left out, and the row says so
    (`too_long`). A text whose turns are known (a transcript) is cut along, and is a conversation without messages too: one of its turns that is too
    long is cut at paragraphs, sentences or words.
    Origin: `chunk` {index, of, tokens, turns: [first, last]}, counted from 1; of a text `source.span` [start, end) in characters of the source
    document. A row without a turn is dropped (`empty_text`); a text of which no turns are known is failed (`no_turns`).
    """

    column: Column = Field("messages", description="Column that holds the conversation: messages, or a text whose turns are known.")
    text: str = Field("text", description="Column with the same conversation as text, which is cut along; empty for none.")
    overlap: NonNegativeInt = Field(0, description="Most turns that a window shares with the one before, in whole exchanges.")

    @model_validator(mode="after")
    def _below_size(self) -> Self:
        return self  # the overlap is in turns, and not to be compared with the size

    def rows(self, row: Row, ctx: Context) -> Iterator[New | Drop]:
        """The windows, in order.

        Raises:
            RowFailed: `missing_column`, `not_messages`, `no_turns`; and `too_long`, behind the windows that there are.
        """
        value = pick(row, [self.column])[self.column]
        if value in ("", [], None):
            yield Drop("empty_text", f"Column {self.column!r} is empty.")
        elif isinstance(value, str):
            yield from self._of_text(row, self.measured(row, ctx))
        else:
            yield from self._of_messages(row, _checked(value, self.column), self.counting(ctx))

    # -- messages ------------------------------------------------------------------------------------------------------------------------

    def _of_messages(self, row: Row, messages: list[dict[str, Any]], tokens: Callable[[str], int]) -> Iterator[New]:
        before = next((n for n, message in enumerate(messages) if message["role"] not in ("system", "developer")), len(messages))
        costs = [tokens("\n".join(texts(message))) for message in messages]
        head = sum(costs[:before])

        def cost(first: int, last: int) -> int:
            return head + sum(costs[first:last])

        found = [turn for turn in range(before, len(messages)) if cost(turn, turn + 1) <= self.size]
        missing = [turn + 1 for turn in range(before, len(messages)) if cost(turn, turn + 1) > self.size]
        starts = [turn for turn in found if messages[turn]["role"] == "user"]
        runs = _runs(found) or ([(0, before)] if before and head <= self.size else [])
        windows = [window for run in runs for window in _windows(run, starts, self.size, cost, self.overlap)]
        places = self._places(row, len(messages))
        seen: Counter[bytes] = Counter()
        for index, (first, last) in enumerate(windows):
            data = {**row.data, self.column: messages[: before if first >= before else 0] + messages[first:last]}
            told = {"index": index, "of": len(windows), "tokens": cost(first, last) if first >= before else head, "turns": [first + 1, last]}
            origin: dict[str, Any] = {"chunk": told}
            if places:
                start, end = trimmed(row.data[self.text], places[first][0], places[last - 1][1])
                data[self.text] = row.data[self.text][start:end]
                origin["source"] = cut(row, self.text, row.data[self.text], start, end)
            yield New(data, origin, key=key_of(data[self.column], seen))
        if missing or not windows:
            which = ", ".join(map(str, missing or range(1, before + 1)))
            raise RowFailed("too_long", f"Turns of more than {self.size:,} tokens ({head:,} of them the system's) are in no window: {which}.")

    def _places(self, row: Row, count: int) -> list[Span]:
        """Where the turns stand in the text; none where that is not known of each."""
        text = row.data.get(self.text) if self.text else None
        found = parts(row, self.text, text, "turns") if isinstance(text, str) else []
        return [(start, end) for start, end, _ in found] if len(found) == count else []

    # -- text ----------------------------------------------------------------------------------------------------------------------------

    def _of_text(self, row: Row, of: Measured) -> Iterator[New | Drop]:
        turns = parts(row, self.column, of.text, "turns")
        if not turns:
            raise RowFailed("no_turns", "It is not known where turns of the text begin. Read it as a transcript, or use chunk.sentences for it.")
        said = [trimmed(of.text, start, end) for start, end, _ in turns]
        found = [n for n, (start, end) in enumerate(said) if start < end]

        def cost(first: int, last: int) -> int:
            return of.count(said[first][0], said[last - 1][1])

        starts = [n for n in found if turns[n][2] == "user"]
        windows = [one for run in _runs(found) for one in _windows(run, starts, self.size, cost, self.overlap)]
        pieces = [
            (piece, [first + 1, last]) for first, last in windows for piece in divided(of, (said[first][0], said[last - 1][1]), self.size)
        ]
        yield from self.chunks(row, of, [piece for piece, _ in pieces], told=[{"turns": numbers} for _, numbers in pieces])


def _checked(value: Any, column: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) and one.get("role") in ROLES for one in value):
        raise RowFailed("not_messages", f"Column {column!r} holds neither text nor messages with a known role.")
    return value


def _runs(turns: Iterable[int]) -> list[Window]:
    """Turns that follow each other without a gap."""
    found: list[Window] = []
    for turn in turns:
        if found and found[-1][1] == turn:
            found[-1] = found[-1][0], turn + 1
        else:
            found.append((turn, turn + 1))
    return found


def _windows(run: Window, starts: Sequence[int], size: int, cost: Cost, overlap: int) -> Iterator[Window]:
    """As many exchanges in a window as fit. `starts`: the turns at which one begins; where none is known, each does."""
    known = set(starts)
    begins = [run[0], *(turn for turn in range(run[0] + 1, run[1]) if turn in known or not known)]
    first, last = run[0], run[0]
    for begin, end in zip(begins, [*begins[1:], run[1]], strict=True):
        if cost(first, end) > size and last > first:
            yield first, last
            first = min((turn for turn in begins if begin - overlap <= turn < begin and turn > first and cost(turn, end) <= size), default=begin)
        if cost(first, end) > size:  # one exchange alone
            for turn in range(begin, end):
                if turn > first and cost(first, turn + 1) > size:
                    yield first, turn
                    first = turn
        last = end
    if first < run[1]:
        yield first, run[1]
