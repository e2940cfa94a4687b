"""Law: whatever is committed, forgotten and lifted, in any order, no version shows a row that was erased, and none loses another; and of what was
erased no body is left that no living row needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rowsmith import Lab
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.core.ids import canonical, source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.bodies import Bodies, tagged
from rowsmith.store.changes import DATA
from rowsmith.store.checks import check
from rowsmith.store.datasets import Datasets

Exact = tuple[str, str]
"""What a row is told apart by: its id, and everything that it says and says of itself."""
SOURCES, TEXTS, DATASETS, PLACES = ("a", "b", "c"), ("same", "other", "third"), ("one", "two"), range(6)
some_rows = st.dictionaries(
    st.sampled_from(PLACES),
    st.tuples(st.sampled_from(TEXTS), st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True), st.none() | st.sampled_from(PLACES)),
    min_size=1, max_size=5,
)  # fmt: skip


def row(place: int, text: str, sources: list[str], parent: int | None) -> Row:
    parents = {} if parent is None or parent == place else {"parents": [source_id("law", str(parent), 0)]}
    origin = {"source": [{"name": name} for name in sources], **parents}
    return Row(source_id("law", str(place), 0), source_order(0, place), {"text": text}, {}, origin)


def exact(one: Row) -> Exact:
    return one.id, canonical([one.data, one.origin]).decode()


class Erasures(RuleBasedStateMachine):
    """A home beside a model of it: for each version the rows that stand in it, and which rows of a dataset are erased, by which forgetting."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.lab = Lab(Path(self.folder.name) / "home", environ={})
        self.provenance = self.lab.project().provenance
        self.store = Datasets(self.lab.db)
        self.stands: dict[str, dict[str, dict[str, Row]]] = {name: {} for name in DATASETS}
        self.erased: dict[tuple[str, Exact], str] = {}
        self.lifted: set[tuple[str, Exact]] = set()

    def teardown(self) -> None:
        self.lab.close()
        self.folder.cleanup()

    @rule(dataset=st.sampled_from(DATASETS), said=some_rows, replace=st.booleans())
    def commit(self, dataset: str, said: dict[int, tuple[str, list[str], int | None]], replace: bool) -> None:
        rows = [row(place, *said[place]) for place in sorted(said)]
        said_again = {(dataset, exact(one)) for one in rows} & self.erased.keys()
        versions = self.stands[dataset]
        before = {} if replace or not versions else versions[self.store.resolve("default", dataset).id]
        if said_again - self.lifted:
            with pytest.raises(Invalid, match="was erased"):
                self.store.commit("default", dataset, rows, replace=replace)
            return
        made = self.store.commit("default", dataset, rows, replace=replace)
        versions[made.id] = {**before, **{one.id: one for one in rows}}
        self.erased = {one: source for one, source in self.erased.items() if one not in said_again}
        self.lifted -= said_again

    @rule(source=st.sampled_from(SOURCES))
    def forget(self, source: str) -> None:
        lost = self._belongs(source)
        try:
            told = self.provenance.forget(source)
        except NotFound:
            assert not lost and not any(source in _names(one) for _, one in self._living())
            return
        assert told.rows == len({id_ for _, (id_, _) in lost})
        assert told.versions == sum(any((dataset, exact(one)) in lost for one in rows) for dataset, _, rows in self._shown())
        self.erased |= dict.fromkeys(lost, source)

    @rule(source=st.sampled_from(SOURCES))
    def lift(self, source: str) -> None:
        mine = {one for one, by in self.erased.items() if by == source}
        try:
            assert self.provenance.lift(source) == len(mine)
        except NotFound:
            assert not mine
        self.lifted |= mine

    @precondition(lambda self: any(self.stands.values()))
    @rule(source=st.sampled_from(SOURCES))
    def trace(self, source: str) -> None:
        try:
            with self.provenance.trace(source) as traced:
                found = {(one.dataset, one.id, version) for one in traced for version in one.versions}
        except NotFound:
            found = set()
        lost = self._belongs(source)
        assert found == {(dataset, one.id, name) for dataset, name, rows in self._shown() for one in rows if (dataset, exact(one)) in lost}

    @invariant()
    def every_version_shows_what_it_has_to(self) -> None:
        for dataset, name, rows in self._shown():
            version = self.store.resolve("default", f"{dataset}@{name}")
            found = self.store.rows(version)
            assert {one.id: exact(one) for one in found} == {one.id: exact(one) for one in rows}
            assert len(found) == len(rows)
            assert list(check(self.lab.db, version)) == []

    @invariant()
    def no_text_is_left_that_nobody_shows(self) -> None:
        if self.erased:
            needed = {one.data["text"] for _, one in self._living()}
            gone = {canonical({"text": text}) for text in TEXTS if text not in needed}
            assert Bodies(self.lab.db).there(tagged(DATA, body) for body in gone) == {}

    def _shown(self) -> Iterator[tuple[str, str, list[Row]]]:
        for dataset, versions in self.stands.items():
            for name, rows in versions.items():
                yield dataset, name, [one for one in rows.values() if (dataset, exact(one)) not in self.erased]

    def _living(self) -> list[tuple[str, Row]]:
        return [(dataset, one) for dataset, _, rows in self._shown() for one in rows]

    def _belongs(self, source: str) -> set[tuple[str, Exact]]:
        living = self._living()
        found = {(dataset, exact(one)) for dataset, one in living if source in _names(one)}
        while True:
            ids = {id_ for _, (id_, _) in found}
            more = {(dataset, exact(one)) for dataset, one in living if not ids.isdisjoint(one.origin.get("parents", ()))}
            if more <= found:
                return found
            found |= more


def _names(one: Row) -> list[str]:
    return [said["name"] for said in one.origin["source"]]


def test_no_version_shows_what_was_erased_and_none_loses_anything_else() -> None:
    run_state_machine_as_test(Erasures, settings=settings(max_examples=15, stateful_step_count=12, deadline=None))
