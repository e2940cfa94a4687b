"""A version, or a branch with its uncommitted edits, as it is looked at: filtered, searched, sorted, sampled, page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Protocol, TypeVar

from orjson import loads

from rowsmith.core.errors import Invalid
from rowsmith.core.expressions import parse
from rowsmith.core.queries import Query, query
from rowsmith.core.row import Row
from rowsmith.core.words import cut
from rowsmith.store.bases import Base
from rowsmith.store.bodies import damaged
from rowsmith.store.column_facts import ColumnFacts
from rowsmith.store.duck import told_of
from rowsmith.store.heap import FRAME, Damaged
from rowsmith.store.laying import Overlay
from rowsmith.store.positions import LAST, base_mark
from rowsmith.store.reviews import Known
from rowsmith.store.selection import Found, Selecting, Selection, Wanted
from rowsmith.store.sorting import read_sort
from rowsmith.store.workspace import Workspace

_PLAIN, _MARKED, _LOOKED = 4 * FRAME, 512, 2048  # rows read at a time; few that live at once spare Python's collector
_KEPT = 4
_T = TypeVar("_T")


class Site(Protocol):
    """What a view needs of where it stands."""

    @property
    def lock(self) -> RLock:
        """Held while DuckDB works."""
    @property
    def duck(self) -> Any:
        """DuckDB."""
    @property
    def workspace(self) -> Workspace:
        """Where to put files for a while."""


@dataclass(frozen=True, slots=True)
class Look:
    """Which rows one wants to see, and in which order.

    Args:
        where: an expression (core.expressions); rows for which it is true.
        search: what rows have to say (core.queries).
        sort: columns, `scores.x`, `origin.x` or expressions; with `-` before it the greatest first. Missing values come last, equal ones in
            row order.
        sample: so many of the rows, chosen by row id and `seed`, whatever else the dataset holds.
        reviews: what `reviews` means in the expression; None: nothing.
        among: of these rows alone, by id; None: of all.
    """

    where: str | None = None
    search: str | None = None
    sort: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0
    reviews: Known | None = None
    among: frozenset[str] | None = None

    @property
    def plain(self) -> bool:
        """Whether it is all of them, in row order."""
        return self.where is None and self.search is None and not self.sort and self.sample is None and self.among is None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that are shown, and how many there are to be shown in all."""

    rows: list[Row]
    total: int


class View:
    """Rows as they are looked at. Safe from many threads; what was filtered or sorted once is kept, so that its next page is quick.

    Raises (every method):
        Unavailable: something is missing or damaged that cannot be made again.
    """

    def __init__(
        self, site: Site, lay: Callable[[bool], tuple[Base, Overlay]], hits: Callable[[Query], tuple[Sequence[bytes], bool]] | None
    ) -> None:
        """`lay` gives what is read (with True: made anew, for it is damaged); `hits` asks an index, where there is one (store.search)."""
        self._site, self._lay, self._hits = site, lay, hits
        self._base, self._overlay = lay(False)
        self._selecting: Selecting | None = None
        self._kept: OrderedDict[Wanted, Selection] = OrderedDict()

    @property
    def fresh(self) -> bool:
        """Whether its files are still there."""
        return self._base.heap.current

    def __len__(self) -> int:
        return self._overlay.positions.total

    def count(self, look: Look | None = None) -> int:
        """How many rows are wanted.

        Raises:
            Invalid: an expression or a search cannot be read.
        """
        wanted = _wanted(look or Look())
        return self._whole(lambda: self._total(wanted))

    def page(self, start: int = 0, limit: int = 200, look: Look | None = None) -> Page:
        """At most `limit` of the rows that are wanted, from number `start` on, and how many there are.

        Raises:
            Invalid: an expression or a search cannot be read, or a number is negative. NotFound: no row has a column that is sorted by.
        """
        wanted = _wanted(look or Look())
        if start < 0 or limit < 0:
            raise Invalid("A page begins at row 0 or later, and has no fewer than 0 rows.", "Give numbers of 0 or more.")
        return self._whole(lambda: Page(self._rows(wanted, start, start + limit), self._total(wanted)))

    def rows(self, start: int = 0, limit: int | None = None, look: Look | None = None) -> Iterator[Row]:
        """The same as a stream of any length; without `limit` to the end."""
        wanted = _wanted(look or Look())
        total = self._whole(lambda: self._total(wanted))
        return self._stream(wanted, max(start, 0), total if limit is None else min(total, max(start, 0) + max(limit, 0)))

    def _stream(self, wanted: Wanted | None, start: int, stop: int) -> Iterator[Row]:
        size = _MARKED if wanted else _PLAIN
        for at in range(start, stop, size):
            yield from self._part(wanted, at, min(at + size, stop))

    def _part(self, wanted: Wanted | None, start: int, stop: int) -> list[Row]:
        return self._whole(lambda: self._rows(wanted, start, stop))

    def _rows(self, wanted: Wanted | None, start: int, stop: int) -> list[Row]:
        if wanted is not None:
            with self._site.lock:
                marks = self._selection(wanted).marks(start, stop)
            return self._marked(marks)
        found: list[Row] = []
        for n, m in self._overlay.positions.spans(start, stop):
            if n < 0:
                found.append(self._overlay.laid[m].stored.row)
            else:
                found.extend(self._base.heap.rows_of(n, m))
        return found

    def _marked(self, marks: Sequence[int]) -> list[Row]:
        stored = self._base.heap.take(mark >> 32 for mark in marks if mark & LAST == LAST)
        laid = self._overlay.laid
        return [(stored[mark >> 32] if mark & LAST == LAST else laid[mark & LAST].stored).row for mark in marks]

    def _total(self, wanted: Wanted | None) -> int:
        if wanted is None:
            return len(self)
        with self._site.lock:
            return self._selection(wanted).total

    def unknown(self, look: Look) -> tuple[list[str], list[str]]:
        """Names in the condition that no row has, which are NULL in every row, and the columns that rows have.

        Raises:
            Invalid: the condition cannot be read.
        """
        wanted = _wanted(look)
        return ([], []) if wanted is None or wanted.where is None else self._whole(lambda: self._unknown(wanted))

    def columns(self) -> list[ColumnFacts]:
        """What its columns hold."""
        return self._whole(self._columns)

    def _columns(self) -> list[ColumnFacts]:
        with self._site.lock, told_of("a view", self._site.workspace.path):
            return self._selects().columns()

    def _unknown(self, wanted: Wanted) -> tuple[list[str], list[str]]:
        with self._site.lock, told_of("a view", self._site.workspace.path):
            return self._selects().unknown(wanted)

    def _selects(self) -> Selecting:
        """With the lock held."""
        if self._selecting is None:
            self._selecting = Selecting(self._site.duck, self._base, self._overlay, self._site.workspace)
        return self._selecting

    def _selection(self, wanted: Wanted) -> Selection:
        """With the lock held."""
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
            return self._kept[wanted]
        with told_of("a view", self._site.workspace.path):
            made = self._kept[wanted] = self._selects().select(wanted, self._found)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)[1].drop()
        return made

    def _found(self, text: str) -> Found:
        asked = query(text)
        if self._hits is None:
            return Found(None, False, list(self._matched(asked)))
        hashes, outside = self._hits(asked)
        laid = zip(self._overlay.positions.marks, self._overlay.laid, strict=True)
        return Found(hashes, outside, [mark for mark, one in laid if one.edited and asked.matches(cut(loads(one.stored.data)))])

    def _matched(self, asked: Query) -> Iterator[int]:
        """The marks of the rows that are meant, each looked at."""
        positions, heap = self._overlay.positions, self._base.heap
        for n, m in positions.spans(0, len(self)):
            if n < 0:
                if asked.matches(cut(loads(self._overlay.laid[m].stored.data))):
                    yield positions.marks[m]
                continue
            for at in range(n, m, _LOOKED):
                stored = enumerate(heap.span(at, min(at + _LOOKED, m)), at)
                yield from (base_mark(i) for i, one in stored if asked.matches(cut(loads(one.data))))

    def _whole(self, act: Callable[[], _T]) -> _T:
        """Do it, and once more when a file of the view turns out to be damaged or gone, which is then made again."""
        try:
            return act()
        except Damaged:
            self._renew()
        try:
            return act()
        except Damaged as error:
            raise damaged(f"a view that has just been made cannot be read ({error})") from None

    def _renew(self) -> None:
        with self._site.lock:
            self.close()
            self._base, self._overlay = self._lay(True)

    def close(self) -> None:
        """Drop what DuckDB keeps of it."""
        with self._site.lock:
            for selection in self._kept.values():
                selection.drop()
            self._kept.clear()
            if self._selecting is not None:
                self._selecting.close()
                self._selecting = None


def _wanted(look: Look) -> Wanted | None:
    """None when all rows are wanted, in row order."""
    if look.sample is not None and look.sample < 0:
        raise Invalid(f"A sample of {look.sample} rows cannot be taken.", "Give 0 or more.")
    if look.plain:
        return None
    if look.search is not None:
        query(look.search)
    where = parse(look.where) if look.where is not None else None
    return Wanted(where, look.search, tuple(map(read_sort, look.sort)), look.sample, look.seed, look.reviews, look.among)
