"""Queues: in which order rows are looked at, by whom, blind; adjudication; reviews as data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from homes import Place
from sqlalchemy import text
from version_rows import made

from rowsmith import Lab
from rowsmith.app.projects import Project
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.core.ids import canonical
from rowsmith.core.queues import drawn
from rowsmith.store.datasets import Datasets
from rowsmith.store.edits import Stale

ROWS = [row.with_scores({"a": n / 10, "b": (n if n != 4 else 9) / 10, "noise": 1.0 if n == 9 else 0.0}) for n, row in enumerate(made(10))]
IDS = [row.id for row in ROWS]


@pytest.fixture
def project(where: Place) -> Any:
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", ROWS, run=1)
        yield lab.project()


def say(project: Project, place: int, **verdicts: str) -> None:
    for by, verdict in verdicts.items():
        project.reviews.add("qa", IDS[place], verdict=verdict, author=by)


def places(rows: Any) -> list[int]:
    return [IDS.index(row) for row in rows]


def test_disagreement_first(project: Project) -> None:
    say(project, 2, bob="accept", eve="reject")
    say(project, 1, bob="accept")
    say(project, 8, bob="accept")
    made = project.review_queues.make("qa", "disagreement", scores=["scores.a", "scores.b"], threshold=0.5)
    found = dict(zip(places(made.rows), made.why, strict=True))
    assert found == {4: "judges differ", 1: "judge and person differ", 2: "people differ"}
    assert places(made.rows)[0] == 4  # evenly divided
    assert places(project.review_queues.make("qa", "disagreement").rows) == [2]


def test_uncertain_first(project: Project) -> None:
    say(project, 5, bob="accept")
    near = project.review_queues.make("qa", "uncertain", scores=["scores.a"], threshold=0.5, limit=2)
    assert {*places(near.rows)} == {4, 6}  # 5 is known
    wide = project.review_queues.make("qa", "uncertain", scores=["scores.a", "scores.b"], threshold=-9.0, limit=2)
    assert dict(zip(places(wide.rows), wide.why, strict=True))[4] == "wide spread"
    doubt = project.review_queues.make("qa", "uncertain", noise="scores.noise", limit=1)
    assert (places(doubt.rows), doubt.why) == ([9], ["doubtful label"])


def test_an_audit_is_drawn_by_its_seed_and_tells_the_share(project: Project) -> None:
    one, same, other = (project.review_queues.make("qa", "audit", n=n, seed=seed) for n, seed in ((4, 1), (0.4, 1), (4, 2)))
    assert one.rows == same.rows == drawn(IDS, 4, 1) and one.rows != other.rows
    for count in range(4):
        assert one.audit is not None and project.review_queues.every("qa")[0].audit["share"] is None  # type: ignore[index]
        shown = project.review_queues.next("qa", queue=one.n)
        assert shown is not None
        project.review_queues.give("qa", shown, verdict="accept" if count else "reject")
    found = project.review_queues.every("qa")[0].audit
    assert found is not None and found["share"] == 0.75
    assert (found["low"], found["high"]) == (pytest.approx(0.194, abs=0.001), pytest.approx(0.994, abs=0.001))
    assert project.review_queues.next("qa", queue=one.n) is None


def test_who_wrote_a_row_is_told_and_not_who_judged_it(where: Place) -> None:
    steps = [{"kind": "generate.qa", "model": "acme/writer"}, {"kind": "score.judge", "model": "acme/judge"}, {"kind": "filter.where"}]
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", [replace(ROWS[0], origin={"made": steps})], run=1)
        project = lab.project()
        project.review_queues.make("qa", "audit", n=1)
        shown = project.review_queues.next("qa")
        assert shown is not None
        project.review_queues.give("qa", shown, verdict="accept")
        assert project.review_queues.behind("qa", shown).models == ("acme/writer",)


def test_rows_are_assigned_evenly_and_shown_blind(project: Project) -> None:
    made = project.review_queues.make("qa", "audit", n=6, reviewers=["bob", "eve", "kim"], each=2)
    assert dict(made.left) == {"bob": 4, "eve": 4, "kim": 4}
    shown = project.review_queues.next("qa", reviewer="bob")
    assert shown is not None and shown.data == ROWS[IDS.index(shown.row)].data
    project.reviews.add("qa", shown.row, verdict="reject", note="secret", author="eve")
    again = project.review_queues.next("qa", reviewer="bob")
    assert again == shown and "secret" not in str(again) and "noise" not in str(again)
    with pytest.raises(Conflict, match="not been reviewed"):
        project.review_queues.behind("qa", shown)
    (other,) = project.review_queues.give("qa", shown, verdict="accept", label="good", score=0.5)
    assert other.review.note == "secret"
    assert project.review_queues.behind("qa", shown).scores == ROWS[IDS.index(shown.row)].scores
    with pytest.raises(NotFound, match="no row for zoe"):
        project.review_queues.next("qa", reviewer="zoe")


def test_a_list_holds_back_what_a_reviewer_is_not_to_know_yet(project: Project) -> None:
    queue = project.review_queues.make("qa", "audit", n=2, reviewers=["bob", "eve"])
    first, second = places(queue.rows)
    say(project, first, eve="reject", bob="accept")
    say(project, second, eve="accept")
    say(project, next(iter({*range(10)} - {first, second})), eve="accept")

    def seen(reviewer: str | None, **only: Any) -> tuple[int, int]:
        held = 0 if reviewer is None else project.reviews.held_back("qa", reviewer, row=only.get("row"), by=only.get("by"))
        return len(project.reviews.list("qa", reviewer=reviewer, **only)), held

    assert (seen(None), seen("bob"), seen("eve"), seen("zoe")) == ((4, 0), (2, 2), (3, 1), (4, 0))
    for verdict in ("accept", "reject"):  # how many are held back does not tell what they say
        assert seen("bob", row=IDS[second], verdict=verdict) == (0, 1)
    shown = project.review_queues.next("qa", reviewer="bob")
    assert shown is not None and shown.row == IDS[first]
    project.review_queues.give("qa", shown, verdict="accept")
    assert (seen("bob"), seen("bob", row=IDS[first])) == ((4, 1), (3, 0))


def test_a_queue_goes_on_where_it_was_left(where: Place) -> None:
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "qa", ROWS, run=1)
        queues = lab.project().review_queues
        rows = queues.make("qa", "audit", n=3).rows
        first = queues.next("qa")
        assert first is not None
        queues.skip("qa", first)
        second = queues.next("qa")
        assert second is not None and second.row == rows[1]
        queues.give("qa", second, verdict="accept")
    with Lab(where.home, files=where.files, who="ada") as lab:
        queues = lab.project().review_queues
        third = queues.next("qa")
        assert third is not None and (third.row, third.left) == (rows[2], 2)
        queues.give("qa", third, verdict="accept")
        put_off = queues.next("qa")
        assert put_off is not None and put_off.row == rows[0]
        back = queues.next("qa", back=1)
        assert back is not None and (back.row, back.back) == (rows[2], True)
        queues.give("qa", back, verdict="reject")
        assert lab.project().reviews.summaries("qa")[rows[2]]["rejected"] == 1
        with pytest.raises(Conflict, match="meanwhile"):
            queues.give("qa", second, verdict="accept")
        lab.project().edits.set("qa", rows[0], {"answer": "changed"})
        with pytest.raises(Stale):
            queues.give("qa", put_off, verdict="accept")
        lab.project().edits.remove("qa", rows[0])
        assert queues.next("qa") is None


def test_a_third_decides_where_people_differ(project: Project) -> None:
    say(project, 3, bob="accept", eve="reject")
    say(project, 4, bob="accept", eve="accept")
    with pytest.raises(Invalid, match="adjudicate"):
        project.review_queues.make("qa", "adjudicate", reviewers=["eve"])
    assert places(project.review_queues.make("qa", "adjudicate", reviewers=["kim"]).rows) == [3]
    shown = project.review_queues.next("qa", reviewer="kim")
    assert shown is not None
    project.review_queues.give("qa", shown, verdict="reject")
    found = project.reviews.summaries("qa")[IDS[3]]
    assert (found["accepted"], found["rejected"], found["count"]) == (0, 1, 3)
    assert project.datasets.rows("qa", where="reviews.accepted >= 1").total == 1
    assert len(project.reviews.list("qa", row=IDS[3])) == 3
    with pytest.raises(Invalid):
        project.review_queues.make("qa", "adjudicate", reviewers=["zoe"])


def test_where_a_verdict_teaches_most(project: Project) -> None:
    alike = [row.with_data({"text": f"{'fine tea' if n % 2 else 'bad soup'} number {n}"}) for n, row in enumerate(ROWS)]
    Datasets(project.lab.db).commit("default", "qa", alike, run=2)
    made = project.review_queues.make("qa", "active", limit=4)
    assert len({*made.rows}) == 4 and {*made.why} == {"accepted with a chance of 50%"}
    say(project, 0, bob="accept")
    say(project, 1, bob="reject", eve="reject", ada="accept")
    again = project.review_queues.make("qa", "active")
    assert {*places(again.rows)} == {*range(2, 10)} and {*again.why} != {"accepted with a chance of 50%"}
    assert project.review_queues.make("qa", "active").rows == again.rows
    for place in range(2, 10):
        say(project, place, bob="accept")
    with pytest.raises(Invalid, match="Every row that says something in words has a verdict"):
        project.review_queues.make("qa", "active")


def test_what_cannot_be_a_queue(project: Project) -> None:
    for by, more, said in (
        ("nonsense", {}, "no queue"), ("audit", {}, "number of rows"), ("audit", {"n": 1.5}, "number of rows"), ("uncertain", {}, "uncertain"),
        ("disagreement", {}, "disagreement"), ("uncertain", {"scores": ["scores.x"]}, "gives no number"),
        ("audit", {"n": 2, "reviewers": ["a", "a"]}, "reviewers"), ("audit", {"n": 2, "each": 2}, "reviewers"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            project.review_queues.make("qa", by, **more)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no queue"):
        project.review_queues.next("qa")


def test_people_agree_on_verdicts_labels_and_scores(project: Project) -> None:
    for place in range(10):
        for by, verdict, label in (("bob", "accept" if place < 5 else "reject", "x"), ("eve", "accept" if place < 4 else "reject", "xy"[place > 6])):
            project.reviews.add("qa", IDS[place], verdict=verdict, label=label, score=float(place), author=by)
    found = project.reviews.agreement("qa")
    cohen = found.verdicts["cohen"]["bob > eve"]
    assert (cohen.value, cohen.rows) == (pytest.approx(0.8), 10) and cohen.low < 0.8 < cohen.high
    assert found.scores.value == 1.0 and list(found.per_label) == ["x", "y"]


@pytest.mark.parametrize("name", ["r.jsonl", "r.csv"])
def test_reviews_are_data(project: Project, tmp_path: Path, name: str) -> None:
    project.reviews.add("qa", IDS[0], verdict="accept", score=0.0, label="ä,b", note='two\nlines "quoted"', values={"answer": "better"})
    project.reviews.add("qa", IDS[1], verdict="reject", author="bob", decides=True)
    assert project.reviews.export("qa", tmp_path / name) == 2
    before = [one.review for one in project.reviews.list("qa")]
    assert project.reviews.import_("qa", tmp_path / name).dump() == {"added": 0, "known": 2, "wrong": []}
    Datasets(project.lab.db).commit("default", "copy", ROWS)
    assert project.reviews.import_("copy", tmp_path / name).added == 2
    after = project.reviews.list("copy")
    assert [{**one.dump(), "n": 0} for one in before] == [{**one.review.dump(), "n": 0} for one in after]
    assert [one.current for one in after] == [True, False]  # the edit is told, and changes no row


def test_lines_that_are_no_review_are_listed(project: Project, tmp_path: Path) -> None:
    good = {"row": IDS[0], "hash": "0" * 32, "author": "bob", "created_at": 5.0, "verdict": "accept"}
    wrong = [{**good, "row": "f" * 32}, {**good, "hash": "x"}, {**good, "author": ""}, {**good, "created_at": "now"}, {**good, "verdict": "so-so"}]
    wrong += [{**good, "score": "high"}, {**good, "verdict": ""}, {**good, "label": 7}, {**good, "fields": "none"}]
    lines = [orjson.dumps(one) for one in [good, *wrong]] + [b"{broken"]
    (tmp_path / "r.jsonl").write_bytes(b"\n".join(lines))
    done = project.reviews.import_("qa", tmp_path / "r.jsonl")
    assert (done.added, [one["line"] for one in done.wrong]) == (1, [*range(2, 12)])
    for name, said in (("r.txt", "not kept as"), ("none.csv", "cannot be read")):
        with pytest.raises(Invalid, match=said):
            project.reviews.import_("qa", tmp_path / name)
    (tmp_path / "r.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Invalid, match="no column"):
        project.reviews.import_("qa", tmp_path / "r.csv")


def test_reviews_are_compared(project: Project) -> None:
    old = project.datasets.get("qa").id
    say(project, 0, bob="accept", eve="reject")
    say(project, 1, bob="accept", eve="accept")
    at = max(one.review.created_at for one in project.reviews.list("qa"))
    project.edits.set("qa", IDS[1], {"answer": "changed"})
    project.history.commit("qa", "changed")
    new = project.datasets.get("qa").id
    assert project.reviews.diff("qa", versions=[old, new]).counts == {"new": 0, "changed": 0, "taken back": 2}
    assert project.reviews.diff("qa", versions=[new, old]).counts == {"new": 2, "changed": 0, "taken back": 0}
    people = project.reviews.diff("qa", people=["bob", "eve"])
    assert [(one.row, one.old, one.new) for one in people.differences] == [(IDS[0], {"verdict": "accept"}, {"verdict": "reject"})]
    say(project, 0, bob="reject")
    assert project.reviews.diff("qa", times=[at, at + 1e9]).counts["changed"] == 1
    for more in ({}, {"people": ["a"]}, {"people": ["a", "b"], "versions": ["a", "b"]}):
        with pytest.raises(Invalid, match="two places"):
            project.reviews.diff("qa", **more)  # type: ignore[arg-type]


def test_a_forgotten_row_leaves_queues_and_reviews(where: Place, tmp_path: Path) -> None:
    with Lab(where.home, files=where.files, who="ada") as lab:
        project = lab.project()
        steps = [{"kind": "read.rows", "rows": [{"text": "one"}, {"text": "two"}]}]
        (tmp_path / "recipe.json").write_bytes(orjson.dumps({"name": "t", "steps": steps}))
        project.runs.start(tmp_path / "recipe.json", into="t")
        (row, _) = project.datasets.rows("t")
        queue = project.review_queues.make("t", "audit", n=2)
        project.reviews.add("t", row.id, verdict="accept")
        project.provenance.forget("read.rows")
        assert project.reviews.list("t") == []
        assert queue.rows and project.review_queues.every("t")[0].rows == []
        assert project.review_queues.every("t")[0].audit["judged"] == 0  # type: ignore[index]


def test_a_deleted_project_leaves_no_queue(where: Place) -> None:
    with Lab(where.home, files=where.files, who="ada") as lab:
        lab.projects.create("other")
        Datasets(lab.db).commit("other", "qa", ROWS, run=1)
        lab.project("other").review_queues.make("qa", "audit", n=2)
        lab.projects.delete("other")
        with lab.db.read() as conn:
            for table in ("review_queue", "review_task"):
                assert conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_rows_of_every_shape_are_reviewed_and_shown(where: Place) -> None:
    shapes: list[dict[str, Any]] = [
        {"text": "flat"}, {"input": "q", "answer": "a"}, {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]},
        {"input": "q", "chosen": "good", "rejected": "bad"}, {"text": "t", "label": "x"}, {"input": "q", "choices": ["a", "b"], "answer": "a"},
        {"messages": [{"role": "user", "content": "add"}], "tools": [{"name": "sum", "parameters": {}}]},
        {"input": "q", "reasoning": "r", "answer": "a"},
    ]  # fmt: skip
    rows = [row.with_data(data) for row, data in zip(made(len(shapes)), shapes, strict=True)]
    with Lab(where.home, files=where.files, who="ada") as lab:
        Datasets(lab.db).commit("default", "mixed", rows)
        project = lab.project()
        project.review_queues.make("mixed", "audit", n=len(rows))
        seen = []
        while (shown := project.review_queues.next("mixed")) is not None:
            seen.append(shown.data)
            name = next(iter(shown.data))
            edit = {name: "edited" if isinstance(shown.data[name], str) else [{"role": "user", "content": "edited"}]}
            project.review_queues.give("mixed", shown, verdict="accept", label="l", score=1.0, note="n", values=edit)
            assert project.edits.get("mixed", shown.row).data == {**shown.data, **edit}
        assert sorted(map(canonical, seen)) == sorted(map(canonical, shapes))
        assert all(one.current for one in project.reviews.list("mixed"))
