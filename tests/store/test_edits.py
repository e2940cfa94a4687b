"""Working sets: an edit is made over what was seen or not at all, and nobody's edit is lost."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from version_rows import made, made_row

from rowsmith.core.errors import Conflict, NotFound
from rowsmith.core.row import Row
from rowsmith.store import acts as acting
from rowsmith.store import edits as editing
from rowsmith.store.acts import Act, Acts
from rowsmith.store.committing import commit_edits, moved
from rowsmith.store.database import Database
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Edits, NotAsMade, Stale
from rowsmith.store.holds import held
from rowsmith.store.merging import Terms
from rowsmith.store.publishing import Said
from rowsmith.store.standing import REMOVED, token
from rowsmith.store.versions import Version, Versions
from rowsmith.store.working import working_set

ME = Said(None, "ann", "by hand")
SEVEN = made_row(7, "").id


@pytest.fixture
def first(database: Database) -> Version:
    return Datasets(database).commit("p", "qa", made(200), run=1)


def edits(db: Database, version: Version) -> Edits:
    return Edits(db, version.dataset, "main")


def commit(db: Database, version: Version, terms: Terms | None = None) -> Version:
    done = commit_edits(db, version.dataset, "main", ME, terms or Terms(), None)
    assert done.version is not None
    return done.version


def answer(db: Database, version: Version, number: int) -> object:
    return Datasets(db).row(version, made_row(number, "").id).data["answer"]


def test_an_edit_is_made_kept_and_committed(database: Database, first: Version) -> None:
    working = edits(database, first)
    stands = working.change(SEVEN, lambda row: {**row.data, "answer": "mine"}, "ann")
    assert stands.row is not None and stands.row.data["answer"] == "mine"
    assert stands.token == token(stands.row.data) and len(working) == 1
    assert answer(database, first, 7) == "answer 7"
    second = commit(database, first)
    row = Datasets(database).row(second, SEVEN)
    assert (row.data["answer"], row.origin["edits"]) == ("mine", [{"by": "ann", "columns": ["answer"]}])
    assert (second.parents, second.run, second.author, second.rows) == ((first.id,), None, "ann", 200)
    assert [r.id for r in Datasets(database).rows(second)] == [r.id for r in made(200)]
    assert len(working) == 0 and list(Datasets(database).check(second)) == []


def test_rows_are_added_behind_and_removed(database: Database, first: Version) -> None:
    working = edits(database, first)
    new = Row("ab" * 16, b"\x01" * 16, {"input": "new"}, {}, {"source": {"name": "hand"}})
    working.add(new, "ann")
    working.remove(SEVEN, "ann")
    assert working.standing(SEVEN).token == REMOVED
    with pytest.raises(Conflict, match="There is a row"):
        working.add(new, "bob")
    with pytest.raises(Conflict, match="There is a row"):
        working.add(made_row(3, "again"), "bob")
    with pytest.raises(NotFound, match="has no row"):
        working.standing("cd" * 16)
    rows = list(Datasets(database).rows(commit(database, first)))
    assert (len(rows), rows[-1].data, SEVEN in {row.id for row in rows}) == (200, {"input": "new"}, False)


def test_a_stale_edit_is_refused_with_the_current_value(database: Database, first: Version) -> None:
    working = edits(database, first)
    seen = working.standing(SEVEN).token
    working.change(SEVEN, lambda row: {**row.data, "answer": "ann's"}, "ann", seen=seen)
    with pytest.raises(Stale, match=r"ann's") as refused:
        working.change(SEVEN, lambda row: {**row.data, "answer": "bob's"}, "bob", seen=seen)
    assert refused.value.current == {"answer": "ann's", "input": "question 7"}
    working.change(SEVEN, lambda row: {**row.data, "answer": "bob's"}, "bob", seen=refused.value.token)
    with pytest.raises(Stale):
        working.remove(SEVEN, "ann", seen=seen)
    working.remove(SEVEN, "ann")
    with pytest.raises(Stale, match="has been removed"):
        working.change(SEVEN, lambda row: row.data, "bob")


def test_an_edit_that_is_taken_back_changes_nothing_and_one_that_a_commit_overtook_is_kept(database: Database, first: Version) -> None:
    working = edits(database, first)
    original = Datasets(database).row(first, SEVEN)

    def say(text: object) -> None:
        working.change(SEVEN, lambda row: {**row.data, "answer": text}, "ann")

    say("one")
    say(original.data["answer"])
    stands = working.standing(SEVEN).row
    assert stands is not None and (stands.data, stands.origin) == (original.data, original.origin)
    assert commit(database, first).id == first.id and len(working) == 0
    say("two")
    with held(database) as hold, working_set(database, first.dataset, "main", first, b"", hold) as taken:
        say(original.data["answer"])
        with database.write() as conn:
            taken.settle(conn, first)
    assert [edit.data for edit in working] == [original.data]


def test_an_edit_that_comes_in_while_others_are_committed_stays(database: Database, first: Version) -> None:
    working = edits(database, first)
    working.change(SEVEN, lambda row: {**row.data, "answer": "one"}, "ann")
    with held(database) as hold, working_set(database, first.dataset, "main", first, b"", hold) as taken:
        working.change(SEVEN, lambda row: {**row.data, "answer": f"{row.data['answer']} and two"}, "bob")
        working.change(made_row(8, "").id, lambda row: {**row.data, "answer": "three"}, "bob")
        with database.write() as conn:
            taken.settle(conn, first)
    assert {edit.data["answer"] for edit in working if edit.data} == {"one and two", "three"}
    committed = Datasets(database).commit("p", "qa", [made_row(7, "one")])
    done = commit_edits(database, committed.dataset, "main", ME, Terms(), None)
    assert (done.count_open, done.version and answer(database, done.version, 7)) == (0, "one and two")


def test_edits_of_a_row_that_moved_merge_by_cell_or_clash(database: Database, first: Version) -> None:
    datasets, working = Datasets(database), edits(database, first)
    working.change(SEVEN, lambda row: {**row.data, "answer": "mine"}, "ann")
    working.change(made_row(8, "").id, lambda row: {**row.data, "answer": "mine, too"}, "ann")
    changed = made_row(7, "answer 7").with_data({"input": "asked anew", "answer": "answer 7"})
    datasets.commit("p", "qa", [changed, made_row(8, "run's")], run=2)
    open_ = commit_edits(database, first.dataset, "main", ME, Terms(), None)
    assert (open_.version, [(c.field, c.base, c.ours, c.theirs) for c in open_.open]) == (None, [("answer", "answer 8", "run's", "mine, too")])
    assert len(working) == 2
    done = commit(database, first, Terms(prefer="theirs"))
    assert datasets.row(done, SEVEN).data == {"input": "asked anew", "answer": "mine"}
    assert answer(database, done, 8) == "mine, too"


def test_what_people_changed_survives_regeneration(database: Database, first: Version) -> None:
    datasets, working = Datasets(database), edits(database, first)
    working.change(SEVEN, lambda row: {**row.data, "answer": "mine"}, "ann")
    working.remove(made_row(8, "").id, "ann")
    working.add(Row("ab" * 16, b"\x01" * 16, {"input": "new"}, {}, {"source": {"name": "hand"}}), "ann")
    commit(database, first)
    again = datasets.commit("p", "qa", made(210, says="better"), run=2)
    assert (again.run, len(again.parents), again.rows) == (None, 2, 210)
    made_by_run = Versions(database).get(again.parents[1])
    assert made_by_run is not None and made_by_run.run == 2
    assert [row.data["answer"] for row in datasets.rows(made_by_run)] == [f"better {i}" for i in range(210)]
    assert (answer(database, again, 7), answer(database, again, 9)) == ("mine", "better 9")
    assert {"input": "new"} in [row.data for row in datasets.rows(again)]
    assert {(c.row, c.field, c.base if c.field else None, c.theirs if c.field else None) for c in moved(database, again)} == {
        (SEVEN, "answer", "answer 7", "better 7"), (made_row(8, "").id, "", None, None),
    }  # fmt: skip
    third = datasets.commit("p", "qa", made(210, says="best"), run=3)
    assert (answer(database, third, 7), answer(database, third, 9), third.rows) == ("mine", "best 9", 210)
    assert datasets.commit("p", "qa", made(210, says="best"), run=3).id == third.id
    alone = datasets.commit("p", "qa", made(20, says="alone"), run=4, replace=True)
    assert (alone.rows, answer(database, alone, 7), answer(database, alone, 9)) == (20, "mine", "alone 9")


@pytest.mark.slow
def test_50_editors_on_100_rows_lose_nothing(database: Database, first: Version) -> None:
    """Each edit adds a letter to the row that it saw; what stands at the end has every letter."""
    working = edits(database, first)
    rows = [row.id for row in made(100)]

    def editor(number: int) -> list[str]:
        chance, refused = random.Random(number), []
        for turn in range(6):
            name = chance.choice(rows)
            while True:
                seen = working.standing(name)
                assert seen.row is not None
                said = {**seen.row.data, "answer": f"{seen.row.data['answer']} {number}.{turn}"}
                try:
                    working.change(name, lambda _, said=said: said, f"editor {number}", seen=seen.token)
                    break
                except Stale as stale:
                    refused.append(stale.token)
        return [f"{number}.{turn}" for turn in range(6)]

    with ThreadPoolExecutor(8) as pool:
        told = [mark for marks in pool.map(editor, range(50)) for mark in marks]
    done = commit(database, first)
    found = [mark for row in Datasets(database).rows(done) for mark in str(row.data["answer"]).split()[2:]]
    assert sorted(found) == sorted(told)
    assert len(working) == 0


@pytest.mark.slow
def test_16_committers_make_one_line(database: Database, first: Version) -> None:
    def committer(number: int) -> None:
        for turn in range(4):
            Datasets(database).commit("p", "qa", [made_row(1000 + 10 * number + turn, "mine")], author=str(number))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(committer, range(16)))
    head = Datasets(database).resolve("p", "qa")
    line = list(Versions(database).log(head))
    assert len(line) == 65 and all(version.parents == (parent.id,) for version, parent in itertools.pairwise(line))
    assert head.rows == 200 + 64 and list(Datasets(database).check(head)) == []


def test_an_act_is_undone_and_done_again(database: Database, first: Version) -> None:
    acts = Acts(database, first.dataset, "main", "ann")
    edits_of = Edits(database, first.dataset, "main", Act(database, "ann", "set"))
    for number in (7, 8):
        edits_of.change(made_row(number, "").id, lambda row: {**row.data, "answer": "mine"}, "ann")
    for undone, says, left in ((False, "answer 7", 0), (True, "mine", 2), (False, "answer 7", 0)):
        act = acts.next(undone=undone)
        assert act is not None and (act.rows, act.undone) == (2, undone)
        edits_of.put_back(partial(acts.backs, act), "ann", partial(acting.turn, act=act))
        stands = edits_of.standing(SEVEN)
        assert stands.row is not None and (stands.row.data["answer"], len(edits_of)) == (says, left)
    assert Act(database, "ann", "set").n is None and len(acts.list()) == 1


ALL = [row.id for row in made(200)]


@pytest.mark.parametrize("block", [1, 7, 500])
def test_many_rows_are_edited_in_blocks_and_come_back(database: Database, first: Version, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(editing, "BLOCK", block)
    monkeypatch.setattr(acting, "_PAGE", block)
    edits(database, first).change(SEVEN, lambda row: {**row.data, "answer": "of before"}, "bob")
    act = Act(database, "ann", "set")
    assert Edits(database, first.dataset, "main", act).change_all(ALL, lambda row: {**row.data, "tag": "x"}, "ann") == 200
    assert all(edit.data is not None and edit.data["tag"] == "x" for edit in edits(database, first)) and len(edits(database, first)) == 200
    acts = Acts(database, first.dataset, "main", "ann")
    done = acts.next(undone=False)
    assert done is not None and done.rows == 200
    assert edits(database, first).put_back(partial(acts.backs, done), "ann", partial(acting.turn, act=done)) == (200, 0)
    assert [edit.data for edit in edits(database, first)] == [{**made_row(7, "").data, "answer": "of before"}]


def test_who_edits_a_row_while_many_are_edited_loses_nothing(database: Database, first: Version) -> None:
    met = set[str]()

    def tagged(row: Row) -> dict[str, object]:
        if row.id in (SEVEN, ALL[150]) and row.id not in met:  # somebody is quicker, just now
            met.add(row.id)
            edits(database, first).change(row.id, lambda there: {**there.data, "answer": "bob's"}, "bob")
        if row.id == ALL[20] and row.id not in met:
            met.add(row.id)
            edits(database, first).remove(row.id, "bob")
        return {**row.data, "tag": "x"}

    assert edits(database, first).change_all(ALL, tagged, "ann") == 199
    for id_ in (SEVEN, ALL[150]):
        stands = edits(database, first).standing(id_)
        assert stands.row is not None and (stands.row.data["answer"], stands.row.data["tag"]) == ("bob's", "x")
    assert edits(database, first).standing(ALL[20]).row is None
    assert edits(database, first).remove_all(ALL, "ann") == 199
    assert all(edit.data is None for edit in edits(database, first))


def test_what_moves_while_many_are_undone_is_looked_at_again(database: Database, first: Version) -> None:
    mine = Edits(database, first.dataset, "main", Act(database, "ann", "set"))
    mine.change_all(ALL[:10], lambda row: {**row.data, "tag": "x"}, "ann")
    acts = Acts(database, first.dataset, "main", "ann")
    done = acts.next(undone=False)
    assert done is not None
    edits(database, first).change(ALL[3], lambda row: {**row.data, "tag": "bob's"}, "bob")
    with pytest.raises(NotAsMade):
        edits(database, first).put_back(partial(acts.backs, done), "ann", partial(acting.turn, act=done))
    assert len(edits(database, first)) == 10  # all or none
    assert edits(database, first).put_back(partial(acts.backs, done), "ann", partial(acting.turn, act=done), skip_changed=True) == (10, 1)
    assert [edit.id for edit in edits(database, first)] == [ALL[3]]
