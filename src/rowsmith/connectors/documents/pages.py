"""The pages of a PDF as pictures, drawn in a child process with bounded memory and time, one file for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.containers.reader import Stalled, end, said_lines, started, why_ended
from rowsmith.core.documents import is_pdf
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.page_numbers import page_numbers

_MOST_ENDED = 5
"""So many pages may end the child; then the rest is not drawn."""


def fetch(reach: Reach, to: Path, *, file: str, dpi: int, longest: int, pages: str = "") -> Iterator[Fetched | Missed]:
    """A PNG for each page of the PDF that the home keeps under a hash, named by the page's number, from 1, with facts {width, height, bytes};
    and what could not be drawn (`broken_page`, `blank_page`, `no_page`, `too_many`, `timeout`, `memory`). Nothing comes of another file, or of one
    that cannot be opened: whoever reads it says so.

    Args:
        dpi: dots to the inch, where the longer side gets no more than `longest` of them.
        pages: the numbers that are wanted, as `page_numbers` reads them; empty: all.
    """
    path = reach.file(file)
    with path.open("rb") as opened:
        if not is_pdf(opened.read(1024)):
            return
    wanted = page_numbers(pages)
    task = {"path": str(path.absolute()), "to": str(to.absolute()), "dpi": dpi, "longest": longest, "wanted": wanted, "limits": asdict(Limits())}
    behind = 0
    for _ in range(_MOST_ENDED):
        try:
            for said in _said({**task, "behind": behind}):
                behind = said[0]
                if len(said) == 1:
                    continue
                yield Missed(str(behind), *said[1:]) if isinstance(said[1], str) else _page(to, behind, *said[1:])
            return
        except _Ended as error:
            what = "page" if behind else "document"
            yield Missed(str(behind or 1), error.reason, f"The {what} {error.detail}. It may be damaged or hostile.")
            if not behind:
                return
    yield Missed(str(behind + 1), "too_many", f"{_MOST_ENDED} pages ended their reader; those from this one on are not drawn.")


def _page(to: Path, number: int, width: int, height: int) -> Fetched:
    path = to / f"{number}.png"
    return Fetched(str(number), path, {"width": width, "height": height, "bytes": path.stat().st_size})


class _Ended(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def _said(task: dict[str, Any]) -> Iterator[list[Any]]:
    """What a child says: a page's number when it begins it, then with the picture's size, or with a reason and its detail.

    Raises:
        _Ended: it ended before it was done.
    """
    limits = Limits()
    with tempfile.TemporaryDirectory(prefix="rowsmith-", ignore_cleanup_errors=True) as scratch, tempfile.TemporaryFile() as complaints:
        child = started("rowsmith.connectors.documents.pdf.drawing", scratch, complaints)
        assert child.stdin is not None and child.stdout is not None
        try:
            with child.stdin as stdin:
                stdin.write(orjson.dumps(task))
            for line in said_lines(child.stdout.fileno(), "", limits.stall_s):
                yield orjson.loads(line)
            if child.wait() != 0:
                raise _Ended(*why_ended(child.returncode, limits, complaints))
        except Stalled:
            raise _Ended("timeout", f"stalled its reader for {limits.stall_s:g} s") from None
        finally:
            end(child)
