"""Views: copies of versions that filters, sorts and pages are quick on. One is kept for a version; those near it are read through it, with
their differences laid over, and so are uncommitted edits.

They lie in `views` among the home's files, one folder each, `DATASET-ROOT`, and appear there whole: written elsewhere, made durable, renamed.
They are copies: any of them may go at any time, and is made again when it is wanted.

When text is erased, the epoch of the index of search grows (store.search.Search.remove), and then views are removed: who is just making one
sees by the epoch that what it has read may be gone, and makes it again; who has one open lets go of it.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import select, text

from rowsmith.core.failpoints import failpoint
from rowsmith.core.ids import canonical, digest
from rowsmith.core.queries import Query
from rowsmith.core.row import Row
from rowsmith.store.bases import FACTS, Base, build_base, open_base
from rowsmith.store.bodies import tagged
from rowsmith.store.changes import DATA, META
from rowsmith.store.database import Database
from rowsmith.store.diffs import Difference, diff, shown
from rowsmith.store.duck import connect
from rowsmith.store.faults import told
from rowsmith.store.files import Files, sync_folder
from rowsmith.store.heap import Damaged, Stored
from rowsmith.store.laying import Edited, Overlay, lay
from rowsmith.store.ordered import standing, stored_rows
from rowsmith.store.positions import Positions
from rowsmith.store.schema import version as table
from rowsmith.store.streams import in_order
from rowsmith.store.tombstones import mark
from rowsmith.store.trees import Entry, Trees, turned
from rowsmith.store.versions import PREFIX, Version
from rowsmith.store.view import View
from rowsmith.store.workspace import Workspace, alone, clear_dead

SMALL = 5_000
"""Versions of fewer rows have no view that is kept: one is made each time."""
KEPT = 8
"""Views that are kept, the last used."""
_OPEN = 6
_SHARE = 50  # at most every so manieth row may differ from the view's version
_LEAST, _MOST = 200, 10_000

_EPOCH = text("SELECT epoch FROM search_state WHERE n = 1")

Hits = Callable[[Version, Query], tuple[Sequence[bytes], bool]]
"""Asks an index which data a search means: hashes, and whether it is all but these."""


class Views:
    """The views of a home. Safe from many threads, and from many processes at once.

    Raises (every method that makes one):
        StorageFull: no space is left; nothing half written is visible.
        Unavailable: a part of the version is missing or damaged.
    """

    def __init__(self, db: Database, files: Files, hits: Hits | None = None, *, small: int = SMALL) -> None:
        self._db, self._hits, self._small = db, hits, small
        self.folder = files.root / "views"
        self._scratch = files.scratch_root / "views"
        self.lock = RLock()
        self._site = _Site(self._scratch, self.lock)
        self._bases: dict[str, Base] = {}
        self._epoch = -1
        self._views: OrderedDict[tuple[int, bytes, bytes], View] = OrderedDict()

    def open(self, version: Version, edits: Iterable[Edited] = ()) -> View:
        """The version's rows with uncommitted edits laid over. A view is made when none is near; the same view is given as long as it stands."""
        laid = list(edits)
        with self.lock:
            self._let_go()
            key = (version.dataset, version.root, _named(laid))
            view = self._views.get(key)
            if view is None or not view.fresh:
                hits = partial(self._hits, version) if self._hits and version.rows >= self._small else None
                view = self._views[key] = View(self._site, partial(self._laid, version, laid), hits)
            self._views.move_to_end(key)
            while len(self._views) > _OPEN:
                self._views.popitem(last=False)[1].close()
            return view

    def _let_go(self) -> None:
        """Forget what is open when something has been erased since."""
        epoch = _epoch(self._db)
        if epoch != self._epoch:
            for view in self._views.values():
                view.close()
            self._views.clear()
            self._bases.clear()
            self._epoch = epoch

    def ready(self, version: Version) -> bool:
        """Whether the version can be read through a view that is there."""
        with self.lock:
            return self._near(version) is not None

    def make(self, version: Version) -> None:
        """Make the version's view, unless it can be read through one that is there."""
        with self.lock:
            self._let_go()
            if self._near(version) is None:
                self._made(version)

    def of_rows(self, rows: Iterable[Row]) -> View:
        """A view of rows that are in no version, in row order."""
        with self.lock:
            base = self._unkept(map(_stored, rows))
            return View(self._site, lambda _: (base, Overlay([], [], Positions(base.heap.rows, [], []))), None)

    def remove(self, dataset: int | None = None) -> None:
        """Remove the views of a dataset (default: all), from this process and from the disk."""
        with self.lock:
            for key in [key for key in self._views if dataset in (None, key[0])]:
                self._views.pop(key).close()
            for folder in self._folders(dataset):
                base = self._bases.pop(folder.name, None)
                if base is not None:
                    base.close()
                shutil.rmtree(folder, ignore_errors=True)
            if self._scratch.is_dir():
                clear_dead(self._scratch)

    def check(self) -> Iterator[tuple[str, bool]]:
        """The name of each view, and whether it is what was written. Reads all of them."""
        for folder in self._folders(None):
            whole = True
            try:
                open_base(folder).check()
            except Damaged:
                whole = False
            yield folder.name, whole

    def tidy(self) -> int:
        """Remove the views of versions that are there no longer; how many."""
        with self._db.read() as conn:
            live = {f"{n}-{bytes(root).hex()}" for n, root in conn.execute(select(table.c.dataset, table.c.root))}
        gone = [folder for folder in self._folders(None) if folder.name not in live]
        with self.lock:
            for folder in gone:
                self._bases.pop(folder.name, None)
                shutil.rmtree(folder, ignore_errors=True)
        return len(gone)

    def _folders(self, dataset: int | None) -> list[Path]:
        pattern = "*-*" if dataset is None else f"{dataset}-*"
        return sorted(self.folder.glob(pattern)) if self.folder.is_dir() else []

    def _laid(self, version: Version, edits: Sequence[Edited], again: bool) -> tuple[Base, Overlay]:
        """The base to read a version through, and what is laid over it; `again`: those there are have proved damaged."""
        if again:
            self.remove(version.dataset)
        try:
            near = self._near(version)
            base, differences = near or (self._made(version), [])
            return base, lay(self._db, base.heap, version, differences, edits)
        except Damaged:
            if again:
                raise
            return self._laid(version, edits, True)

    def _near(self, version: Version) -> tuple[Base, list[Difference]] | None:
        """The view of this version, or of the one nearest to it, with the differences; None when none is near enough."""
        bases = list(self._kept(version.dataset))
        for base in bases:
            if base.root == version.root:
                return base, []
        trees = Trees(self._db)
        wanted = trees.load(version.root)
        apart: list[tuple[int, Base]] = []
        for base in bases:
            if base.root not in trees.get([base.root]):
                continue
            tree = trees.load(base.root)
            if tree.bits == wanted.bits:
                apart.append((sum(a != b for a, b in zip(tree.pages, wanted.pages, strict=True)), base))
        most = max(_LEAST, min(_MOST, version.rows // _SHARE))
        for _, base in sorted(apart, key=lambda item: item[0])[:1]:
            differences = list(islice(shown(self._db, version.dataset, diff(trees, base.root, version.root)), most + 1))
            if len(differences) <= most:
                return base, differences
        return None

    def _kept(self, dataset: int) -> Iterator[Base]:
        forgotten = mark(self._db)
        for folder in self._folders(dataset):
            base = self._bases.get(folder.name)
            if base is None or not base.heap.current:
                try:
                    base = self._bases[folder.name] = _current(open_base(folder), forgotten)
                except Damaged:
                    self._bases.pop(folder.name, None)
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
            os.utime(folder)
            yield base

    def _made(self, version: Version) -> Base:
        if version.rows < self._small:
            return self._unkept(self._stored(version))
        name = f"{version.dataset}-{version.root.hex()}"
        with told(f"the views in {self.folder}", self._scratch), alone(self._scratch / "building"):
            target, epoch = self.folder / name, _epoch(self._db)
            while not (target / FACTS).is_file():
                self._build(version, target)
                if epoch != (epoch := _epoch(self._db)):
                    shutil.rmtree(target, ignore_errors=True)
            base = self._bases[name] = open_base(target)
        self._prune(name)
        return base

    def _build(self, version: Version, target: Path) -> None:
        workspace = Workspace(self._scratch)
        try:
            made = workspace.path / "view"
            made.mkdir()
            forgotten = mark(self._db)
            build_base(self._site.duck, made, self._stored(version), dataset=version.dataset, root=version.root, forgotten=forgotten)
            sync_folder(made)
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            failpoint("views.rename.before")
            os.rename(made, target)
            sync_folder(self.folder)
            failpoint("views.rename.after")
        finally:
            workspace.close()

    def _stored(self, version: Version) -> Iterator[Stored]:
        return stored_rows(self._db, in_order(standing(self._db, version)))

    def _unkept(self, rows: Iterable[Stored]) -> Base:
        folder = self._site.workspace.path / digest(os.urandom(8)).hex()
        folder.mkdir()
        build_base(self._site.duck, folder, rows)
        base = open_base(folder)
        weakref.finalize(base.heap, shutil.rmtree, folder, ignore_errors=True)
        return base

    def _prune(self, besides: str) -> None:
        """Remove the views that were used longest ago."""
        folders = sorted(self._folders(None), key=lambda folder: folder.stat().st_mtime if folder.exists() else 0.0, reverse=True)
        for folder in [one for one in folders if one.name != besides][KEPT - 1 :]:
            self._bases.pop(folder.name, None)
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Let go of everything."""
        with self.lock:
            for view in self._views.values():
                view.close()
            self._views.clear()
            for base in self._bases.values():
                base.close()
            self._bases.clear()
            self._site.close()


class _Site:
    """DuckDB and a folder for temporary files, both only when they are needed."""

    def __init__(self, scratch: Path, lock: RLock) -> None:
        self._scratch = scratch
        self.lock = lock
        self._workspace: Workspace | None = None
        self._duck: Any = None
        self._end: Any = None

    @property
    def workspace(self) -> Workspace:
        """Where to put files for a while."""
        with self.lock:
            if self._workspace is None:
                self._workspace = Workspace(self._scratch)
                self._end = weakref.finalize(self, self._workspace.close)
            return self._workspace

    @property
    def duck(self) -> Any:
        """DuckDB."""
        with self.lock:
            if self._duck is None:
                self._duck = connect(self.workspace.path / "spill")
            return self._duck

    def close(self) -> None:
        """Close both."""
        if self._duck is not None:
            self._duck.close()
            self._duck = None
        if self._end is not None:
            self._end()
            self._workspace = self._end = None


def _current(base: Base, forgotten: str) -> Base:
    """The base, if nothing was forgotten since it was made."""
    if base.facts.forgotten != forgotten:
        base.close()
        raise Damaged("it was made before something was erased")
    return base


def _epoch(db: Database) -> int:
    with db.read() as conn:
        return conn.execute(_EPOCH).scalar() or 0


def _named(edits: Sequence[Edited]) -> bytes:
    """A name for these edits by what they say."""
    facts = sorted((edit.id, canonical([edit.data, edit.scores, edit.origin]), edit.key) for edit in edits)
    return digest(*(part for id_, said, key in facts for part in (id_.encode(), said, key)))


def _stored(row: Row) -> Stored:
    data, meta = canonical(row.data), canonical({"origin": row.origin, "scores": row.scores})
    entry = Entry(turned(bytes.fromhex(row.id)), bytes(PREFIX) + row.order, tagged(DATA, data), tagged(META, meta))
    return Stored(entry, data, meta)
