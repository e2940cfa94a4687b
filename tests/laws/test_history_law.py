"""Laws of history: whatever is committed, branched, merged, restored and swept, every version says what it must and nothing reachable is lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rowsmith.core.ids import source_id, source_order
from rowsmith.core.row import Row
from rowsmith.store.committing import Commit, commit_edits, commit_merge, commit_state
from rowsmith.store.database import Database, open_database
from rowsmith.store.datasets import Datasets
from rowsmith.store.diffs import diff, row_differences
from rowsmith.store.edits import Edits
from rowsmith.store.merging import Prefer, Rows, Terms
from rowsmith.store.publishing import Said
from rowsmith.store.refs import Refs
from rowsmith.store.sweeping import sweep
from rowsmith.store.trees import Trees
from rowsmith.store.versions import Version, Versions

State = dict[int, tuple[str, str]]
"""What a version must say: row number -> its two columns."""
NOBODY = Said(None, "law", "")
numbers = st.integers(0, 40)
words = st.sampled_from(["x", "y", "z"])
states = st.dictionaries(numbers, st.tuples(words, words), max_size=25)


def row(number: int, said: tuple[str, str]) -> Row:
    name, order = source_id("law", str(number), 0), source_order(0, number)
    return Row(name, order, {"a": said[0], "b": said[1]}, {}, {"source": {"name": "law"}})


NAMES = {row(n, ("", "")).id: n for n in range(300)}


def says(datasets: Datasets, version: Version) -> State:
    return {NAMES[found.id]: (found.data["a"], found.data["b"]) for found in datasets.rows(version)}


def put(db: Database, name: str, branch: str, state: State, said: Said = NOBODY) -> Version:
    """The branch says this alone."""
    return Datasets(db).commit("p", name, [row(n, state[n]) for n in sorted(state)], author="law", replace=True, branch=branch)


def expected(base: State, ours: State, theirs: State, rows: Rows, prefer: Prefer) -> State:
    """Three-way merge, said plainly."""
    out: State = {}
    for n in {*base, *ours, *theirs}:
        was, our, their = base.get(n), ours.get(n), theirs.get(n)
        if our is not None and their is not None:
            out[n] = tuple(_cell(was and was[i], our[i], their[i], prefer) for i in (0, 1))  # type: ignore[assignment]
            continue
        there = our or their
        stands = was is None or (there != was and (prefer == "ours") == (our is not None))  # new, or changed by the side that is preferred
        if there and (rows == "union" or (rows == "three-way" and stands)):
            out[n] = there
    return out


def _cell(was: str | None, our: str, their: str, prefer: str) -> str:
    if our == their or their == was:
        return our
    return their if our == was or prefer == "theirs" else our


quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Any:
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('law')}/x.db")
    yield opened
    opened.close()


_count = iter(range(10**9))


def three(db: Database, base: State, ours: State, theirs: State) -> tuple[str, int, Version, Version]:
    """A dataset whose branches `main` and `other` went their ways from a base."""
    name = f"d{next(_count)}"
    first = put(db, name, "main", base)
    Refs(db, Datasets(db).get("p", name)).make("other", "branch", first.id, "law")
    return name, first.dataset, put(db, name, "main", ours), put(db, name, "other", theirs)


def merge(db: Database, dataset: int, branch: str, theirs: Version, rows: Rows = "three-way", prefer: Prefer = "") -> Commit:
    return commit_merge(db, dataset, branch, theirs, NOBODY, Terms(rows, prefer), None)


@quick
@given(states, states)
def test_diff_then_apply_gives_the_target(db: Database, one: State, other: State) -> None:
    name = f"d{next(_count)}"
    old, new = put(db, name, "main", one), put(db, name, "main", other)
    found = list(row_differences(db, diff(Trees(db), old.root, new.root)))
    applied = dict(one)
    for difference in found:
        number = NAMES[difference.id]
        applied.pop(number, None)
        if difference.new is not None:
            applied[number] = (difference.new.data["a"], difference.new.data["b"])
    assert applied == other
    assert {NAMES[d.id] for d in found} == {n for n in {*one, *other} if one.get(n) != other.get(n)}


@quick
@given(states, states, states, st.sampled_from(["three-way", "union", "intersection"]), st.sampled_from(["ours", "theirs"]))
def test_a_merge_is_what_it_is_said_to_be(db: Database, base: State, ours: State, theirs: State, rows: Any, prefer: Any) -> None:
    _, dataset, _, their = three(db, base, ours, theirs)
    done = merge(db, dataset, "main", their, rows, prefer)
    assert done.version is not None
    assert says(Datasets(db), done.version) == expected(base, ours, theirs, rows, prefer)
    assert list(Datasets(db).check(done.version)) == []


@quick
@given(states, states, states)
def test_a_merge_is_symmetric_without_conflict_and_loses_nothing(db: Database, base: State, ours: State, theirs: State) -> None:
    _, dataset, our, their = three(db, base, ours, theirs)
    there, back = merge(db, dataset, "main", their), merge(db, dataset, "other", our)
    assert there.count_open == back.count_open
    assert {(c.row, c.field, str(c.ours), str(c.theirs)) for c in there.open} == {(c.row, c.field, str(c.theirs), str(c.ours)) for c in back.open}
    if there.count_open:
        assert (there.version, back.version) == (None, None)
        return
    assert there.version is not None and back.version is not None
    assert (there.version.root, there.version.rolling, there.version.rows) == (back.version.root, back.version.rolling, back.version.rows)
    merged = says(Datasets(db), there.version)
    for side, other in ((ours, theirs), (theirs, ours)):
        for n in side.keys() | base.keys():
            for i in (0, 1):
                was, is_ = (state.get(n, (None, None))[i] for state in (base, side))
                assert is_ == was or merged.get(n, (None, None))[i] == is_ or n not in other


@quick
@given(states, st.lists(numbers, unique=True, max_size=12), st.data())
def test_merges_of_disjoint_edits_are_associative(db: Database, base: State, edited: list[int], data: st.DataObject) -> None:
    shares = [edited[i::3] for i in range(3)]
    sides: list[State] = []
    for share in shares:
        side = dict(base)
        for n in share:
            said = data.draw(st.none() | st.tuples(words, words))
            side.pop(n, None)
            side |= {n: said} if said else {}
        sides.append(side)
    roots = []
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        name = f"d{next(_count)}"
        first = put(db, name, "main", base)
        heads = []
        for k in order:
            Refs(db, Datasets(db).get("p", name)).make(f"b{k}", "branch", first.id, "law")
            heads.append(put(db, name, f"b{k}", sides[k]))
        for head in heads:
            assert merge(db, first.dataset, "main", head).count_open == 0
        last = Versions(db).head(first.dataset, "main")
        assert last is not None
        roots.append(last.root)
    assert len(set(roots)) == 1


class Lives(RuleBasedStateMachine):
    """Commits, edits, branches, merges, restores, rollbacks and sweeps in any order; a plain mapping says what each version must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rowsmith-law-"))
        self.db = open_database(f"sqlite:///{self.folder}/x.db")
        self.datasets = Datasets(self.db)
        self.states: dict[str, State] = {}
        self.branches = ["main"]
        first = put(self.db, "d", "main", {1: ("x", "x"), 2: ("y", "y")})
        self.n, self.dataset = first.dataset, self.datasets.get("p", "d")
        self.states[first.id] = {1: ("x", "x"), 2: ("y", "y")}
        self.tags = 0

    def head(self, branch: str) -> Version:
        found = Versions(self.db).head(self.n, branch)
        assert found is not None
        return found

    def keep(self, version: Version | None, state: State) -> None:
        assert version is not None
        self.states[version.id] = state

    @rule(data=st.data(), edits=st.dictionaries(numbers, st.none() | st.tuples(words, words), min_size=1, max_size=6))
    def edit_and_commit(self, data: st.DataObject, edits: dict[int, tuple[str, str] | None]) -> None:
        branch = data.draw(st.sampled_from(self.branches))
        state = dict(self.states[self.head(branch).id])
        working = Edits(self.db, self.n, branch)
        for n, said in edits.items():
            if said is None and n in state:
                working.remove(row(n, ("", "")).id, "law")
                del state[n]
            elif said is not None and n in state:
                working.change(row(n, said).id, lambda _, said=said: {"a": said[0], "b": said[1]}, "law")
                state[n] = said
            elif said is not None:
                working.add(row(n, said), "law")
                state[n] = said
        edited = len(working)
        made = commit_edits(self.db, self.n, branch, NOBODY, Terms(), None).version
        assert (made is None) == (not edited), "nothing to commit is no version"
        self.keep(made or self.head(branch), state)
        assert len(working) == 0

    @rule(data=st.data(), rows=states, run=st.integers(1, 3))
    def a_run_makes_rows(self, data: st.DataObject, rows: State, run: int) -> None:
        branch = data.draw(st.sampled_from(self.branches))
        head = self.head(branch)
        line = Versions(self.db).generated(head)
        made = self.datasets.commit("p", "d", [row(n, rows[n]) for n in sorted(rows)], run=run, branch=branch)
        base = self.states[line.id] if line else {}
        self.keep(made, expected(base, self.states[head.id], {**base, **rows}, "three-way", "ours"))
        for parent in made.parents:
            self.states.setdefault(parent, {**base, **rows})

    @precondition(lambda self: len(self.branches) < 4)
    @rule(data=st.data())
    def branch_off(self, data: st.DataObject) -> None:
        at = data.draw(st.sampled_from(self.in_order()))
        name = f"branch{self.tags}"
        self.tags += 1
        Refs(self.db, self.dataset).make(name, "branch", at, "law")
        self.branches.append(name)

    @rule(data=st.data(), prefer=st.sampled_from(["ours", "theirs"]), rows=st.sampled_from(["three-way", "union", "intersection"]))
    def merge_branches(self, data: st.DataObject, prefer: Any, rows: Any) -> None:
        ours, theirs = data.draw(st.sampled_from(self.branches)), data.draw(st.sampled_from(self.branches))
        our, their = self.head(ours), self.head(theirs)
        base = Versions(self.db).common(our, their)
        state = expected(self.states[base.id] if base else {}, self.states[our.id], self.states[their.id], rows, prefer)
        done = merge(self.db, self.n, ours, their, rows, prefer)
        self.keep(done.version, state)

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        branch, at = data.draw(st.sampled_from(self.branches)), data.draw(st.sampled_from(self.in_order()))
        version = Versions(self.db).get(at)
        assert version is not None
        self.keep(commit_state(self.db, self.n, branch, version, NOBODY, None).version, self.states[at])

    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        branch, at = data.draw(st.sampled_from(self.branches)), data.draw(st.sampled_from(self.in_order()))
        Refs(self.db, self.dataset).roll_back(branch, at, "law")

    @precondition(lambda self: len(self.branches) > 1)
    @rule(data=st.data())
    def delete_branch(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.branches[1:]))
        Refs(self.db, self.dataset).delete(name, "law")
        self.branches.remove(name)

    @rule()
    def collect(self) -> None:
        live = self.reachable()
        sweep(self.db, grace_s=0)
        assert {version.id for version in Versions(self.db).every()} == live
        self.states = {name: state for name, state in self.states.items() if name in live}

    def in_order(self) -> list[str]:
        """The reachable versions as they were made: their ids differ from one try to the next."""
        live = self.reachable()
        return [name for name in self.states if name in live]

    def reachable(self) -> set[str]:
        return {version.id for branch in self.branches for version in Versions(self.db).log(self.head(branch))}

    @invariant()
    def every_reachable_version_says_what_it_must(self) -> None:
        for name in self.reachable():
            version = Versions(self.db).get(name)
            assert version is not None
            assert says(self.datasets, version) == self.states[name]

    def teardown(self) -> None:
        for name in self.reachable():
            version = Versions(self.db).get(name)
            assert version is not None
            assert list(self.datasets.check(version)) == []
        self.db.close()
        shutil.rmtree(self.folder)


def test_any_sequence_keeps_every_reachable_row() -> None:
    run_state_machine_as_test(
        Lives, settings=settings(max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    )  # fmt: skip
