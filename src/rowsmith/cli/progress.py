"""A run's progress in the terminal: one line that is rewritten; where there is no terminal, a line now and then."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rowsmith.core.calls import PICO

if TYPE_CHECKING:
    from rowsmith.engine.terms import Progress

EVERY_S = 10.0
"""Where there is no terminal: seconds between two lines."""


class ProgressLine:
    """Shows rows, yield, rate, tokens, cost, time to go and what is waited for. Call it with each Progress, then `end`."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = 0.0
        self._began: tuple[float, int] | None = None
        self._note = ""

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        changed = progress.note.partition(" until")[0] != self._note
        if not self._live and not changed and now - self._shown < EVERY_S:
            return
        self._shown, self._note = now, progress.note.partition(" until")[0]
        line = self._line(progress)
        if self._live:
            width = _width()
            sys.stderr.write("\r\x1b[2K" + line[: width - 1])
        elif progress.tally.requested:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def _line(self, progress: Progress) -> str:
        tally = progress.tally
        ended = tally.requested - tally.pending
        if self._began is None:
            self._began = (progress.seconds, ended)
        spent, done = progress.seconds - self._began[0], ended - self._began[1]
        rate = done / spent if spent > 0.5 else 0.0
        kept = f"{tally.kept:,}/{progress.target:,}" if progress.target else f"{tally.kept:,}"
        share = f" ({tally.kept / ended:.0%})" if ended else ""
        parts = [f"run {progress.run.id}", f"{kept} kept{share}", f"{ended:,} of {tally.requested:,} done", f"{rate:,.0f}/s"]
        if tally.calls or tally.calls_reused:
            parts += (f"{tally.tokens_in + tally.tokens_out:,} tokens", "price unknown" if tally.unpriced else f"${tally.cost / PICO:.4f}")
        if progress.in_flight:
            parts.append(f"{progress.in_flight} in flight")
        if rate and (to_go := _to_go(progress, ended, rate)):
            parts.append(f"{to_go} to go")
        return " | ".join([*parts, progress.note] if progress.note else parts)


def _to_go(progress: Progress, ended: int, rate: float) -> str:
    tally = progress.tally
    if progress.target and tally.kept:
        left = (progress.target - tally.kept) * ended / tally.kept
    else:
        left = float(tally.pending)
    seconds = int(left / rate)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds > 0 else ""


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((120, 24)).columns
