"""A run's progress in the terminal: one line that is rewritten; where there is no terminal, a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rowsmith.core.calls import PICO

if TYPE_CHECKING:
    from rowsmith.engine.terms import Progress

EVERY_S = 10.0
"""Where there is no terminal: seconds between two lines."""


class ProgressLine:
    """Shows rows, yield, rate, tokens, cost, time to go and what is waited for. Call it with each Progress, then `end`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._live = sys.stderr.isatty()
        self._shown = self._noted = clock()
        self._began: dict[bool, tuple[float, int]] = {}
        self._note = ""

    def __call__(self, progress: Progress) -> None:
        ended = progress.tally.requested - progress.tally.pending
        seconds, before = self._began.setdefault(progress.ending, (progress.seconds, ended))
        spent, done = progress.seconds - seconds, ended - before
        rate = done / spent if spent > 0.5 else 0.0
        if self._live:
            width = _width() - 1
            lines = [line(progress, rate), line(progress, rate, short=True), line(progress, rate, short=True, least=True)]
            sys.stderr.write("\r\x1b[2K" + next((one for one in lines if len(one) <= width), lines[-1][:width]))
        elif progress.tally.requested and self._due(progress.note):
            sys.stderr.write(line(progress, rate) + "\n")
        sys.stderr.flush()

    def _due(self, note: str) -> bool:
        """Now and then, and soon when something else is waited for; a server that throttles every second is not told every second."""
        now, kind = self._clock(), note.partition(" until")[0]
        if now - self._shown < EVERY_S and (not kind or (kind == self._note and now - self._noted < EVERY_S)):
            return False
        self._shown = now
        if kind:
            self._note, self._noted = kind, now
        return True

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def line(progress: Progress, rate: float, *, short: bool = False, least: bool = False) -> str:
    """One line; `rate` in ended rows a second, 0 where it is not known yet. `short` for narrow terminals, `least` for the narrowest."""
    tally = progress.tally
    ended = tally.requested - tally.pending
    kept = f"{tally.kept:,}/{progress.target:,}" if progress.target else f"{tally.kept:,}"
    share = f" ({tally.kept / ended:.0%})" if ended else ""
    parts = [f"{progress.run.id} {kept} kept{share}"] if short else [f"run {progress.run.id}", f"{kept} kept{share}"]
    if not least:
        parts.append(f"{ended:,}/{tally.requested:,}" if short else f"{ended:,} of {tally.requested:,} done")
    if rate:
        parts.append(_pace(rate))
    if tally.calls or tally.calls_reused:
        tokens = tally.tokens_in + tally.tokens_out
        parts += [f"{_brief(tokens)} tok" if short else f"{tokens:,} tokens"]
        parts += [("price ?" if short else "price unknown") if tally.unpriced else f"${tally.cost / PICO:.4f}"]
    if progress.in_flight and not short:
        parts.append(f"{progress.in_flight} in flight")
    if rate and (to_go := _to_go(progress, rate)):
        parts.append(to_go if least else f"{to_go} to go")
    note = progress.note.rpartition("://")[2].partition(" ")[2] if short and "://" in progress.note else progress.note
    note = note.replace(" until ", " ") if least else note
    return " | ".join([*parts, note] if note else parts)


def _pace(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate >= 0.1 else f"{rate * 60:.1f}/min"


def _brief(number: int) -> str:
    return f"{number:,}" if number < 10_000 else f"{number / 1e3:,.0f}k" if number < 10_000_000 else f"{number / 1e6:,.1f}M"


def _to_go(progress: Progress, rate: float) -> str:
    seconds = int((progress.left or 0) / rate)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds > 0 else ""


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((120, 24)).columns
