"""Reviews: by whom and when, of what the row said; their edits; with exports; across branches and datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from homes import Place
from version_rows import made, made_row

from rowsmith import Lab
from rowsmith.app.projects import Project
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.review import NOTHING
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Stale

ROWS = made(4)
ID = ROWS[0].id


@pytest.fixture
def project(where: Place) -> Any:
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", ROWS, run=1)
        yield lab.project()


def answer(project: Project, spoken: str = "qa") -> Any:
    return project.datasets.row(spoken, ID).data["answer"]


def test_a_review_says_who_and_when_and_of_what(project: Project) -> None:
    done = project.reviews.add("qa", ID, verdict="accept", score=0.5, label="good", note="fine")
    (found,) = project.reviews.list("qa")
    assert found == done and found.current
    review = found.review
    assert (review.author, review.verdict, review.score, review.label, review.note, review.branch) == ("ada", "accept", 0.5, "good", "fine", "main")
    assert review.created_at > 1e9 and review.row == ID


def test_an_edit_of_a_review_is_uncommitted_and_is_what_was_reviewed(project: Project) -> None:
    done = project.reviews.add("qa", ID, verdict="accept", values={"answer": "better"}, author="bob")
    assert (done.review.fields, done.current) == ({"answer": "better"}, True)
    assert project.edits.get("qa", ID).data == {**ROWS[0].data, "answer": "better"}
    assert project.differences.uncommitted("qa").changed == 1
    project.history.commit("qa", "reviewed")
    assert answer(project) == "better"
    assert project.datasets.row("qa", ID).origin["edits"] == [{"by": "bob", "columns": ["answer"]}]
    assert project.reviews.list("qa")[0].current


def test_an_edit_over_a_row_that_was_not_seen_is_refused_with_its_review(project: Project) -> None:
    seen = project.edits.get("qa", ID).token
    project.edits.set("qa", ID, {"answer": "meanwhile"})
    for more in ({"values": {"answer": "mine"}}, {"verdict": "accept"}):
        with pytest.raises(Stale, match="meanwhile"):
            project.reviews.add("qa", ID, seen=seen, **more)  # type: ignore[arg-type]
    assert project.reviews.list("qa") == []
    assert project.edits.get("qa", ID).data["answer"] == "meanwhile"  # type: ignore[index]


def test_reviews_of_an_older_text_are_told_and_do_not_count(project: Project) -> None:
    project.reviews.add("qa", ID, verdict="accept")
    project.edits.set("qa", ID, {"answer": "changed"})
    assert [found.current for found in project.reviews.list("qa")] == [False]
    assert [found.current for found in project.reviews.list(f"qa@{project.datasets.get('qa').id}")] == [True]
    assert project.reviews.summaries("qa") == {ID: {**NOTHING, "outdated": 1}}


def test_what_cannot_be_a_review(project: Project) -> None:
    with pytest.raises(Invalid, match="says nothing"):
        project.reviews.add("qa", ID)
    with pytest.raises(Invalid, match="no verdict"):
        project.reviews.add("qa", ID, verdict="perhaps")
    with pytest.raises(Invalid, match="no number"):
        project.reviews.add("qa", ID, score=float("nan"))
    with pytest.raises(NotFound, match="no row"):
        project.reviews.add("qa", "f" * 32, verdict="accept")
    with pytest.raises(NotFound, match="no branch"):
        project.reviews.add("qa@none", ID, verdict="accept")
    project.edits.remove("qa", ID)
    with pytest.raises(Conflict, match="removed"):
        project.reviews.add("qa", ID, verdict="accept")


def test_a_merge_brings_what_was_reviewed_on_a_branch(project: Project) -> None:
    project.history.branch("qa", "work")
    project.reviews.add("qa@work", ID, verdict="accept", values={"answer": "on a branch"})
    project.history.commit("qa@work", "reviewed")
    assert project.reviews.list("qa")[0].current is False  # main says something else yet
    project.history.merge("qa", "work")
    (found,) = project.reviews.list("qa")
    assert (found.current, found.review.branch) == (True, "work")


def test_a_merge_of_another_dataset_brings_its_reviews(project: Project) -> None:
    other = made_row(50, "theirs")
    Datasets(project.lab.db).commit("default", "other", [other])
    project.reviews.add("other", other.id, verdict="reject")
    project.history.merge("qa", "other@main")
    assert [(found.review.row, found.current) for found in project.reviews.list("qa")] == [(other.id, True)]


def test_a_decision_of_another_dataset_decides_after_a_merge(project: Project) -> None:
    """It counts alone here, too, over those who differed there and those who said otherwise here, and the newest of several does."""
    Datasets(project.lab.db).commit("default", "other", ROWS[:2])

    def say(dataset: str, author: str, verdict: str, *, decides: bool = False) -> None:
        project.reviews.add(dataset, ID, verdict=verdict, author=author, decides=decides)

    def told() -> Any:
        return [project.reviews.summaries("qa")[ID][name] for name in ("verdict", "accepted", "rejected", "people", "differ")]

    for author, verdict in (("bob", "accept"), ("eve", "reject")):
        say("other", author, verdict)
    queue = project.review_queues.make("other", "adjudicate", reviewers=["kim"])
    shown = project.review_queues.next("other", reviewer="kim")
    assert shown is not None and list(queue.rows) == [ID]
    project.review_queues.give("other", shown, verdict="reject")
    for author in ("ann", "bea", "cal"):
        say("qa", author, "accept")
    assert told() == ["accept", 3, 0, 3, False]
    for _ in range(2):
        project.history.merge("qa", "other@main")
        assert told() == ["reject", 0, 1, 6, False] and len(project.reviews.list("qa")) == 6
        assert [one.review.author for one in project.reviews.list("qa") if one.review.decides] == ["kim"]
    assert project.datasets.rows("qa", where="reviews.verdict = 'reject'").total == 1
    say("other", "kim", "accept", decides=True)
    project.history.merge("qa", "other@main")
    assert told() == ["accept", 1, 0, 6, False]
    project.edits.set("qa", ID, {"answer": "changed"})
    assert told() == [None, 0, 0, 0, False]  # a row that says something else is undecided again


def test_exports_say_what_people_think_and_can_take_the_accepted_alone(project: Project, tmp_path: Path) -> None:
    plain = project.datasets.export("qa", "jsonl", tmp_path / "plain.jsonl")
    assert plain.rows_out == 4 and "reviews" not in record(tmp_path / "plain.jsonl")["provenance"]
    project.reviews.add("qa", ID, verdict="accept", score=2.0)
    project.reviews.add("qa", ROWS[1].id, verdict="reject")
    done = project.datasets.export("qa", "jsonl", tmp_path / "out.jsonl", where="reviews.accepted >= 1 AND reviews.score > 1")
    assert (done.rows_in, done.rows_out) == (1, 1)
    (told,) = record(tmp_path / "out.jsonl")["provenance"]["reviews"]
    assert (told["verdict"], told["score"], told["author"], told["current"]) == ("accept", 2.0, "ada", True)
    for format, where in (("alpaca", "reviews.rejected = 0"), ("csv", "reviews.count = 0 OR reviews.accepted = 1")):
        project.datasets.export("qa", format, tmp_path / f"out.{format}", where=where, provenance="sidecar")
        lines = (tmp_path / f"out.{format}.provenance.jsonl").read_bytes().splitlines()
        assert [len(orjson.loads(line)["reviews"]) for line in lines] == [1, 0, 0]
    with pytest.raises(Invalid, match=r"cannot be read|expression"):
        project.datasets.export("qa", "jsonl", tmp_path / "none.jsonl", where="reviews.accepted >>>")


def record(path: Path) -> Any:
    return orjson.loads(path.read_bytes().splitlines()[0])


def test_a_column_of_that_name_is_itself(project: Project, tmp_path: Path) -> None:
    Datasets(project.lab.db).commit("default", "own", [ROWS[0].with_data({"reviews": 7})])
    assert project.datasets.export("own", "jsonl", tmp_path / "o.jsonl", where="reviews = 7").rows_out == 1


ASKED = {
    "reviews.accepted >= 1": [[0], [0, 2]], "reviews.count = 0": [[2, 3], [3]], "reviews.outdated > 0": [[2], []],
    "reviews.labels.good = 1 OR reviews.score > 1": [[0, 1], [0, 1]],
}  # fmt: skip


@pytest.mark.parametrize("condition", ASKED)
def test_rows_can_be_asked_for_by_what_people_think(project: Project, tmp_path: Path, condition: str) -> None:
    """Of a branch as its rows stand, and of a version; the same rows as in an export."""
    project.reviews.add("qa", ID, verdict="accept", label="good")
    project.reviews.add("qa", ROWS[1].id, score=2.0)
    project.reviews.add("qa", ROWS[2].id, verdict="accept")
    project.edits.set("qa", ROWS[2].id, {"answer": "changed"})
    version = project.datasets.get("qa").id
    names = [row.id for row in ROWS]
    for spoken, expected in zip(("qa", f"qa@{version}"), ASKED[condition], strict=True):
        found = project.datasets.rows(spoken, where=condition)
        assert (found.total, [names.index(row.id) for row in found]) == (len(expected), expected)
    assert project.datasets.export("qa", "jsonl", tmp_path / "out.jsonl", where=condition).rows_out == len(ASKED[condition][1])


SORTED = {"reviews.score": [2, 1, 0, 3], "-reviews.score": [1, 2, 0, 3], "-reviews.accepted": [0, 1, 2, 3]}


@pytest.mark.parametrize("sort", SORTED)
def test_rows_are_sorted_by_what_people_think(project: Project, sort: str) -> None:
    """What has none comes last; what is equal stays in row order."""
    project.reviews.add("qa", ID, verdict="accept", label="good")
    project.reviews.add("qa", ROWS[1].id, score=2.0)
    project.edits.set("qa", ROWS[2].id, {"answer": "changed"})
    project.reviews.add("qa", ROWS[2].id, score=0.5)
    names = [row.id for row in ROWS]
    for where in (None, "length(answer) > 0"):
        assert [names.index(row.id) for row in project.datasets.rows("qa", where=where, sort=[sort])] == SORTED[sort]
    with pytest.raises(NotFound, match="'reviewz'"):
        project.datasets.rows("qa", sort=["reviewz.score"])


def test_a_new_review_is_seen_at_once(project: Project) -> None:
    for n in range(3):
        assert project.datasets.rows("qa", where="reviews.accepted >= 1", sort=["-answer"]).total == n
        project.reviews.add("qa", ROWS[n].id, verdict="accept")


def test_a_threshold_is_shown_by_reviews_of_rows(where: Place) -> None:
    rows = [row.with_scores({"judge": {"overall": n % 100}}) for n, row in enumerate(made(300))]
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", rows, run=1)
        reviews = lab.project().reviews
        with pytest.raises(Invalid, match="Nobody has accepted or rejected"):
            reviews.calibrate("qa", "scores.judge.overall")
        for n, row in enumerate(rows[::2]):
            good = row.scores["judge"]["overall"] >= 40
            reviews.add("qa", row.id, verdict="accept" if good else "reject", score=row.scores["judge"]["overall"] / 10)
            if 20 <= n < 60:
                reviews.add("qa", row.id, verdict="accept" if good else "reject", author="bob")
        found = reviews.calibrate("qa", "scores.judge.overall", precision=0.9)
        assert (found.rows, found.calibration.labelled, found.calibration.good) == (300, 150, 90)
        assert found.calibration.threshold is not None and 35 <= found.calibration.threshold <= 45
        assert found.where == f"scores.judge.overall >= {found.calibration.threshold:g}"
        assert found.accepted == lab.project().datasets.rows("qa", where=found.where).total
        assert (found.agreement.area, found.agreement.scored, found.agreement.shared, found.agreement.alpha) == (1.0, 150, 40, 1.0)
        assert found.agreement.spearman == pytest.approx(1.0) and found.notes == ()
        turned = reviews.calibrate("qa", "0 - scores.judge.overall")
        assert turned.calibration.threshold is None and any("the other way" in note for note in turned.notes)
        assert any("tells nothing apart" in note for note in reviews.calibrate("qa", "scores.judge.overall * 0").notes)
        few = reviews.calibrate("qa", "scores.judge.overall", precision=0.999)
        assert few.calibration.needed and any("labelled rows would do" in note for note in few.notes)
        for wrong, said in (({"precision": 1.0}, "no share"), ({"confidence": 0.0}, "no share"), ({"score": "scores.nope"}, "no number")):
            with pytest.raises(Invalid, match=said):
                reviews.calibrate("qa", **{"score": "scores.judge.overall", **wrong})


def test_rows_that_were_chosen_by_their_scores_are_told(where: Place) -> None:
    rows = [row.with_scores({"s": n}) for n, row in enumerate(made(300))]
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", rows, run=1)
        for row in rows[-60:]:
            lab.project().reviews.add("qa", row.id, verdict="accept")
        assert any("drawn at random" in note for note in lab.project().reviews.calibrate("qa", "scores.s").notes)
