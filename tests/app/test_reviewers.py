"""Rows go to tools in which people review them, and come back as reviews."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argilla_server import ANNOTATOR, OWNER, ArgillaServer, argilla_server
from label_studio_server import LabelStudioServer, label_studio_server
from lent import made_home

from rowsmith.app.lab import Lab
from rowsmith.app.projects import Project
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.row import Row

ARGILLA, LABEL_STUDIO = "argilla:team/qa", "label-studio:Questions"
LATER = "2026-11-29T09:00:00+00:00"
PAIRS = [{"input": f"{n}?", "answer": f"{n}.", "level": n} for n in range(3)]


class World:
    """A home, and both tools. What people do in either has one name here."""

    def __init__(self, folder: Path, argilla: ArgillaServer, studio: LabelStudioServer) -> None:
        self.argilla, self.studio, self._folder = argilla, studio, folder
        self.lab = Lab(made_home(folder / "home"), environ={**argilla.environ, **studio.environ}, who="me")

    @property
    def project(self) -> Project:
        return self.lab.project()

    def have(self, *rows: dict[str, Any], into: str = "t") -> list[str]:
        """Put rows into a dataset; their ids."""
        path = self._folder / f"{into}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        self.project.datasets.import_([path], into, format="jsonl")
        return [row.id for row in self.rows(into)]

    def rows(self, spoken: str = "t") -> list[Row]:
        return list(self.project.datasets.rows(spoken))

    def records(self, target: str) -> list[Any]:
        return self.argilla.every() if target == ARGILLA else self.studio.tasks

    def shown(self, target: str) -> list[Any]:
        return [record["fields"] if target == ARGILLA else record["data"] for record in self.records(target)]

    def answer(self, target: str, number: int, *, who: str = "bob", at: str = LATER, status: str = "submitted", **said: Any) -> None:
        """What somebody answers: `verdict`, `score`, `label`, `preferred`, `correction`, `note`."""
        record = self.records(target)[number]
        if target == ARGILLA:
            self.argilla.respond(record, {"ada": OWNER, "bob": ANNOTATOR}[who], status, at, **said)
            return
        sides = {"chosen": "left", "rejected": "right"}
        forms: dict[str, Any] = {
            "verdict": lambda value: {"choices": [value]}, "label": lambda value: {"choices": [value]}, "score": lambda value: {"rating": value},
            "preferred": lambda value: {"selected": sides[value]}, "correction": lambda value: {"text": [value]},
            "note": lambda value: {"text": [value]},
        }  # fmt: skip
        values = {name: forms[name](value) for name, value in said.items()}
        self.studio.annotate(record, {"ada": 1, "bob": 2}[who], at, cancelled=status == "discarded", **values)

    def author(self, target: str, who: str) -> str:
        return who if target == ARGILLA else f"{who}@example.com"


@pytest.fixture
def w(tmp_path: Path) -> Iterator[World]:
    with argilla_server() as argilla, label_studio_server() as studio:
        world = World(tmp_path, argilla, studio)
        yield world
        world.lab.close()


both = pytest.mark.parametrize("target", [ARGILLA, LABEL_STUDIO])


@both
def test_rows_go_once_and_come_back_as_reviews(w: World, target: str) -> None:
    a, b, c = w.have(*PAIRS)
    assert w.project.reviewers.push("t", target).dump() == {
        "target": target, "dataset": "t", "added": 3, "unchanged": 0, "replaced": 0, "kept": 0, "left_out": {}, "examples": [],
    }  # fmt: skip
    assert w.shown(target) == [{"input": f"{n}?", "answer": f"{n}."} for n in range(3)]
    again = w.project.reviewers.push("t", target)
    assert (again.added, again.unchanged, len(w.records(target))) == (0, 3, 3)
    w.answer(target, 0, verdict="accept", score=4, note="Fine.\nReally.")
    w.answer(target, 1, verdict="reject", correction="One.", who="ada")
    w.answer(target, 2, verdict="accept", status="discarded")
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, done.edited, done.older, done.known, done.empty, done.missing) == (2, 1, 0, 0, 0, [])
    reviews = {one.review.row: one for one in w.project.reviews.list("t")}
    first, second = reviews[a].review, reviews[b].review
    assert (first.verdict, first.score, first.note, first.author, first.fields) == ("accept", 4, "Fine.\nReally.", w.author(target, "bob"), None)
    assert first.created_at == 1795942800.0
    assert (second.verdict, second.fields, second.author) == ("reject", {"answer": "One."}, w.author(target, "ada"))
    assert [one.current for one in reviews.values()] == [True, True]
    assert [row.data["answer"] for row in w.rows()] == ["0.", "One.", "2."]
    assert [edit.author for edit in w.project.edits.list("t")] == [w.author(target, "ada")]
    assert w.project.reviews.summaries("t")[a]["accepted"] == 1
    assert c not in reviews


@both
def test_what_was_pulled_is_not_pulled_again_and_a_second_opinion_is(w: World, target: str) -> None:
    (a,) = w.have(PAIRS[0])
    w.project.reviewers.push("t", target)
    w.answer(target, 0, verdict="accept")
    assert w.project.reviewers.pull(target, "t", dry_run=True).dump() | {"missing": 0} == {
        "target": target, "dataset": "t", "dry_run": True, "added": 1, "edited": 0, "older": 0, "known": 0, "empty": 0, "missing": 0,
    }  # fmt: skip
    assert w.project.reviews.list("t") == []
    assert [w.project.reviewers.pull(target, "t").added for _ in range(3)] == [1, 0, 0]
    w.answer(target, 0, who="ada", verdict="reject", at=LATER)
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, done.known) == (1, 1)
    assert [(one.review.author, one.review.verdict) for one in w.project.reviews.list("t", row=a)] == [
        (w.author(target, "ada"), "reject"), (w.author(target, "bob"), "accept"),
    ]  # fmt: skip


@both
def test_a_row_that_has_changed_since_keeps_the_review_of_what_it_said(w: World, target: str) -> None:
    a, b, _ = w.have(*PAIRS)
    w.project.reviewers.push("t", target)
    w.answer(target, 0, verdict="accept", correction="Zero.")
    w.answer(target, 1, verdict="accept")
    w.project.edits.set("t", a, {"answer": "Nought."})
    w.project.edits.remove("t", b)
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, done.edited, done.older) == (2, 0, 2)
    found = {one.review.row: one for one in w.project.reviews.list("t")}
    assert (found[a].current, found[a].review.fields, found[b].current) == (False, {"answer": "Zero."}, False)
    assert [row.data["answer"] for row in w.rows()] == ["Nought.", "2."]
    w.project.edits.discard("t")
    assert {one.review.row: one.current for one in w.project.reviews.list("t")} == {a: False, b: True}
    w.project.edits.set("t", a, {"answer": "Zero."})
    assert w.project.reviews.list("t", row=a)[0].current


@both
def test_two_corrections_of_one_row_do_not_overwrite_each_other(w: World, target: str) -> None:
    (a,) = w.have(PAIRS[0])
    w.project.reviewers.push("t", target)
    w.answer(target, 0, who="ada", verdict="reject", correction="Zero.")
    w.answer(target, 0, who="bob", verdict="reject", correction="Nought.")
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, done.edited, done.older) == (2, 1, 1)
    kept = {one.review.author: (one.current, one.review.fields) for one in w.project.reviews.list("t", row=a)}
    assert kept == {w.author(target, "ada"): (True, {"answer": "Zero."}), w.author(target, "bob"): (False, {"answer": "Nought."})}
    assert w.rows()[0].data["answer"] == "Zero."


@both
def test_a_changed_row_is_sent_anew_and_reviewed_texts_stay(w: World, target: str) -> None:
    a, b, c = w.have(*PAIRS)
    w.project.reviewers.push("t", target)
    w.answer(target, 0, verdict="accept")
    for row in (a, b):
        w.project.edits.set("t", row, {"answer": "New."})
    w.project.edits.set("t", c, {"level": 9})
    done = w.project.reviewers.push("t", target)
    assert (done.added, done.replaced, done.kept, done.unchanged) == (3, 2, 1, 0)
    assert sorted(shown["answer"] for shown in w.shown(target)) == ["0.", "2.", "New.", "New."]
    assert (w.project.reviewers.push("t", target).added, len(w.records(target))) == (0, 4)
    assert w.project.reviewers.pull(target, "t").older == 1


@both
def test_only_rows_that_a_condition_lets_through_go(w: World, target: str) -> None:
    a, *_ = w.have(*PAIRS)
    w.project.reviews.add("t", a, verdict="accept")
    assert w.project.reviewers.push("t", target, where="reviews.count = 0").added == 2
    assert [shown["answer"] for shown in w.shown(target)] == ["1.", "2."]
    assert w.project.reviewers.push("t", target).added == 1


@both
def test_answers_about_other_rows_are_listed(w: World, target: str) -> None:
    w.have(PAIRS[0])
    (other,) = w.have({"input": "Other?", "answer": "Yes."}, into="other")
    w.project.reviewers.push("t", target)
    w.project.reviewers.push("other", target)
    w.answer(target, 1, verdict="accept")
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, [(one["row"], one["by"], one["why"]) for one in done.missing]) == (
        0, [(other, w.author(target, "bob"), "The dataset has no such row.")],
    )  # fmt: skip
    if target == ARGILLA:
        w.records(target)[1]["external_id"] = None
    else:
        w.records(target)[1]["meta"] = {}
    assert w.project.reviewers.pull(target, "t").missing[0]["row"] == ""
    assert w.project.reviewers.push("t", target).added == 0


@both
def test_classes_are_chosen_among_the_labels_of_the_rows(w: World, target: str) -> None:
    a, b, _ = w.have({"text": "Oslo", "label": "city"}, {"text": "Nile", "label": "river"}, {"text": "?"})
    w.project.reviewers.push("t", target)
    w.answer(target, 1, label="city", verdict="reject", correction="Nil")
    w.project.reviewers.pull(target, "t")
    (review,) = w.project.reviews.list("t")
    assert (review.review.row, review.review.label, review.review.fields) == (b, "city", {"text": "Nil"})
    w.project.edits.set("t", a, {"label": "capital"})
    if target == ARGILLA:
        with pytest.raises(Invalid, match="has not the label 'capital'"):
            w.project.reviewers.push("t", target)
    else:
        assert w.project.reviewers.push("t", target).added == 2
        labels = w.studio.projects[0]["parsed_label_config"]["label"]["labels"]
        assert labels == ["capital", "city", "river"]
        assert len(w.studio.asked("PATCH", "/api/projects/1/")) == 1


@both
def test_pairs_are_compared_without_saying_which_was_chosen(w: World, target: str) -> None:
    w.have({"input": "Hi", "chosen": "Hello.", "rejected": "What?"}, {"input": [{"role": "user", "content": "Hi"}], "chosen": "A", "rejected": "B"})
    w.project.reviewers.push("t", target)
    w.answer(target, 0, preferred="rejected", verdict="accept")
    w.answer(target, 1, preferred="chosen", correction="AA")
    w.project.reviewers.pull(target, "t")
    found = sorted((one.review.label or "", one.review.fields) for one in w.project.reviews.list("t"))
    assert found == [("chosen", {"chosen": "AA"}), ("rejected", None)]


@both
def test_the_last_answer_of_a_conversation_is_corrected(w: World, target: str) -> None:
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello.", "weight": 1}]
    w.have({"messages": talk, "topic": "greeting"})
    w.project.reviewers.push("t", target)
    assert w.shown(target) == [{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]}]
    w.answer(target, 0, correction="Good day.")
    w.project.reviewers.pull(target, "t")
    assert w.rows()[0].data == {"messages": [talk[0], {**talk[1], "content": "Good day."}], "topic": "greeting"}


@both
def test_what_people_cannot_be_shown_is_counted(w: World, target: str) -> None:
    w.have(PAIRS[0], {"note": "no shape"}, {"input": " ", "answer": "b"})
    done = w.project.reviewers.push("t", target)
    assert (done.added, dict(done.left_out), {one["reason"] for one in done.examples}) == (
        1, {"no_shape": 1, "empty_input": 1}, {"no_shape", "empty_input"},
    )  # fmt: skip
    w.have({"text": "a"}, PAIRS[0], into="mixed")
    with pytest.raises(Invalid, match=r"several shapes: 1 of text, 1 of input and answer|several shapes: 1 of input and answer, 1 of text"):
        w.project.reviewers.push("mixed", target)
    w.have({"note": "x"}, into="none")
    with pytest.raises(Invalid, match="No row of none"):
        w.project.reviewers.push("none", target)


@both
def test_a_push_that_the_server_broke_off_goes_on(w: World, target: str) -> None:
    w.have(*({"input": f"{n}?", "answer": f"{n}."} for n in range(250)))
    ending = "/records/bulk" if target == ARGILLA else "/import"
    server = w.argilla if target == ARGILLA else w.studio
    server.breaks = lambda seen: len(server.asked("POST", ending)) == 2 and seen.method == "POST" and seen.target.endswith(ending)
    with pytest.raises(Unavailable, match="broke off") as error:
        w.project.reviewers.push("t", target)
    assert "goes on" in error.value.fix
    assert len(w.records(target)) == 100
    server.breaks = lambda seen: False
    done = w.project.reviewers.push("t", target)
    assert (done.added, done.unchanged, len({str(one) for one in w.shown(target)})) == (150, 100, 250)


@both
def test_a_pull_that_the_server_broke_off_goes_on(w: World, target: str) -> None:
    w.have(*({"input": f"{n}?", "answer": f"{n}."} for n in range(150)))
    w.project.reviewers.push("t", target)
    for number in range(150):
        w.answer(target, number, verdict="accept")
    server, ending = (w.argilla, "/records") if target == ARGILLA else (w.studio, "/export")
    before = len(server.asked("GET", ending))
    server.breaks = lambda seen: len(server.asked("GET", ending)) >= before + 2 and ending in seen.target
    with pytest.raises(Unavailable, match="broke off"):
        w.project.reviewers.pull(target, "t")
    server.breaks = lambda seen: False
    done = w.project.reviewers.pull(target, "t")
    assert (done.added, done.known, len(w.project.reviews.list("t"))) == (50, 100, 150)


def test_a_dataset_of_argilla_that_was_left_half_made_is_made_whole(w: World) -> None:
    w.have(*PAIRS)
    w.argilla.breaks = lambda seen: len(w.argilla.asked("POST", "/questions")) == 2 and seen.target.endswith("/questions")
    with pytest.raises(Unavailable):
        w.project.reviewers.push("t", ARGILLA)
    assert [one["status"] for one in w.argilla.datasets] == ["draft"]
    w.argilla.breaks = lambda seen: False
    assert w.project.reviewers.push("t", ARGILLA).added == 3
    assert [(one["status"], one["name"]) for one in w.argilla.datasets] == [("ready", "qa")]
    assert [one["name"] for one in w.argilla.workspaces] == ["team"]


def test_labelling_configs_that_people_have_changed_stay(w: World) -> None:
    w.have(*PAIRS)
    w.project.reviewers.push("t", LABEL_STUDIO)
    made = w.studio.projects[0]
    theirs = made["label_config"].replace("<View>", '<View><Header value="Be fair."/>', 1)
    w.studio.change_project(1, {"label_config": theirs}, {})
    w.have(*PAIRS, {"input": "New?", "answer": "Yes."}, into="more")
    w.project.reviewers.push("more", LABEL_STUDIO)
    assert w.studio.projects[0]["label_config"] == theirs


def test_answers_to_questions_of_others_stand_in_the_note(w: World) -> None:
    w.have(PAIRS[0])
    w.project.reviewers.push("t", LABEL_STUDIO)
    w.studio.change_project(1, {"label_config": w.studio.projects[0]["label_config"].replace(
        "<View>", '<View><Choices name="tone" toName="answer"><Choice value="warm"/></Choices>', 1,
    )}, {})  # fmt: skip
    w.studio.annotate(w.studio.tasks[0], tone={"choices": ["warm"]})
    w.studio.annotate(w.studio.tasks[0], by=1)
    done = w.project.reviewers.pull(LABEL_STUDIO, "t")
    assert (done.added, done.empty, w.project.reviews.list("t")[0].review.note) == (1, 1, "tone: warm")


def test_personal_access_tokens_are_refreshed(w: World) -> None:
    w.have(*PAIRS)
    w.studio.uses = 2
    w.lab.environ = {**w.studio.environ, "LABEL_STUDIO_API_KEY": w.studio.refresh}
    assert w.project.reviewers.push("t", LABEL_STUDIO).added == 3
    headers = {seen.headers.get("authorization", "").partition(" ")[0] for seen in w.studio.web.seen}
    assert (headers, len(w.studio.asked("POST", "/api/token/refresh/")) > 1) == ({"", "Bearer"}, True)
    w.lab.environ = {**w.lab.environ, "LABEL_STUDIO_API_KEY": w.studio.refresh[:-4] + "AAAA"}
    with pytest.raises(Unavailable, match="does not know the key"):
        w.project.reviewers.push("t", LABEL_STUDIO)


def test_a_key_of_the_home_is_used_for_its_address_alone(w: World) -> None:
    w.have(*PAIRS)
    url = w.argilla.environ["ARGILLA_API_URL"]
    w.lab.environ = {"ARGILLA_API_URL": url}
    with pytest.raises(Unavailable, match="There is no key for Argilla") as error:
        w.project.reviewers.push("t", ARGILLA)
    assert f"rowsmith keys add ARGILLA_API_KEY --url {url}" in error.value.fix
    w.lab.keys.add("ARGILLA_API_KEY", OWNER, url=url)
    assert w.project.reviewers.push("t", ARGILLA).added == 3


@pytest.mark.parametrize(("target", "kind", "what"), [
    ("argilla:qa", Invalid, "names no place"), ("argilla:/qa", Invalid, "names no place"), ("label-studio:", Invalid, "names no place"),
    ("hugs:a/b", Invalid, "is no place where people review"), ("qa", Invalid, "is no place where people review"),
    ("label-studio:No", Invalid, "cannot be called 'No'"), (f"label-studio:{'x' * 51}", Invalid, "cannot be called"),
    ("argilla:team/a%b", Unavailable, "does not match regex"),
])  # fmt: skip
def test_targets_that_are_none(w: World, target: str, kind: type[RowsmithError], what: str) -> None:
    w.have(PAIRS[0])
    with pytest.raises(kind, match=what) as error:
        w.project.reviewers.push("t", target)
    assert OWNER not in str(error.value)


def test_servers_and_keys_that_are_none(w: World) -> None:
    w.have(PAIRS[0])
    for environ, what in (
        ({"ARGILLA_API_KEY": OWNER}, "Where Argilla answers is not known"),
        ({**w.argilla.environ, "ARGILLA_API_URL": "nowhere"}, "ARGILLA_API_URL is no address"),
        ({**w.argilla.environ, "ARGILLA_API_KEY": "wrong-key-wrong"}, "does not know the key"),
        ({**w.argilla.environ, "ARGILLA_API_KEY": ANNOTATOR}, "does not let this user"),
        ({**w.argilla.environ, "ARGILLA_API_URL": w.studio.environ["LABEL_STUDIO_URL"]}, "HTTP 401|HTTP 404"),
        ({**w.argilla.environ, "ARGILLA_API_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ):
        w.lab.environ = environ
        with pytest.raises(RowsmithError, match=what):
            w.project.reviewers.push("t", ARGILLA)
    w.lab.environ = {**w.argilla.environ, **w.studio.environ}
    for target in (ARGILLA, LABEL_STUDIO):
        with pytest.raises(NotFound, match="push to it first"):
            w.project.reviewers.pull(target, "t")
    with pytest.raises(NotFound):
        w.project.reviewers.pull(ARGILLA, "nothing")


def test_what_a_server_says_of_a_refusal_is_told_without_the_key(w: World) -> None:
    w.have(PAIRS[0])
    w.argilla.says = lambda seen: (422, {"detail": f"No, {seen.headers['x-argilla-api-key']}\x1b[2J: " + "x" * 9000})
    with pytest.raises(Unavailable, match="HTTP 422: No, …") as error:
        w.project.reviewers.push("t", ARGILLA)
    assert (OWNER in str(error.value), "\x1b" in str(error.value), len(error.value.what) < 600) == (False, False, True)
    w.argilla.says = lambda seen: (500, "x" * 200_000)
    with pytest.raises(Unavailable, match=r"HTTP 500\."):
        w.project.reviewers.push("t", ARGILLA)
    w.argilla.says = lambda seen: (200, None)
    with pytest.raises(Unavailable, match="does not answer as Argilla does"):
        w.project.reviewers.push("t", ARGILLA)
