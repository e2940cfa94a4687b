"""What defines the recipes of classes and choices: labels seen blind, shares, wrong answers that tempt, questions that cannot be guessed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from case import Voice, usual
from dataset_hub import dataset_hub, parquet

from catalogue import carried_out, case_of
from rowsmith.core.errors import Invalid, NotFound
from rowsmith.testing import Request

RIGHT = "the amber estuary"


def test_questions_that_can_be_guessed_are_dropped(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        """Every second right answer is one that a model knows, text or no text."""
        if request.model == "judge":
            known = [line[0] for line in request.text.splitlines() if RIGHT in line]
            return {"letter": known[0]} if known else None
        if "distractors" not in str(request.schema):
            voice = Voice(request.chance)
            return {"rows": [{"input": voice.question(), "answer": RIGHT if at % 2 else voice.words(3)} for at in range(3)]}
        return None

    result, rows = carried_out("multiple-choice", tmp_path, answers=answers)
    assert result.dropped["guessable"] > 0 and not any(RIGHT in row.data["choices"] for row in rows)
    assert all(row.scores["guessed"]["share"] <= 0.5 for row in rows)
    _, rows = carried_out("multiple-choice", tmp_path / "all", answers=answers, guessable="1")
    assert any(RIGHT in row.data["choices"] for row in rows)


@pytest.mark.parametrize("wrong", [["owl", "Owl.", "fox"], ["owl", "fox", "all of the above"]])
def test_wrong_answers_that_are_none_are_no_data(wrong: list[str], tmp_path: Path) -> None:
    result, _ = carried_out(
        "multiple-choice", tmp_path, answers=lambda request: {"distractors": wrong} if "distractors" in str(request.schema) else None, kept=0,
    )  # fmt: skip
    assert set(result.dropped) == {"choices_alike" if "Owl." in wrong else "choices_refer"}


@pytest.mark.parametrize("kind", ["txt", "csv", "jsonl", "parquet"])
def test_texts_come_from_files_of_every_kind(kind: str, tmp_path: Path) -> None:
    texts = [" ".join(Voice(f"{kind}{n}").sentence() for _ in range(8)) for n in range(4)]
    path, column = tmp_path / f"texts.{kind}", "text" if kind == "txt" else "body"
    if kind == "txt":
        path.write_text(texts[0])
    elif kind == "csv":
        path.write_text("body\n" + "\n".join(texts))
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps({"body": text}) for text in texts))
    else:
        values = ", ".join(f"('{text}')" for text in texts)
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {values}) AS t(body)) TO '{path}' (FORMAT parquet)")
    asked: list[Request] = []
    carried_out("multiple-choice", tmp_path, input=str(path), column=column, target="2", asked=asked)
    assert any(texts[0] in request.text for request in asked)


@pytest.mark.parametrize("spoken", [
    "hf:acme/notes/default/train", "hf://acme/notes/default/train@main", "hf:datasets/acme/notes/data/train-00000-of-00001.parquet",
])  # fmt: skip
def test_texts_come_from_a_split_on_a_hub(spoken: str, tmp_path: Path) -> None:
    train, test = ([{"body": " ".join(Voice(f"{split}{n}").sentence() for _ in range(8)), "language": "xx"} for n in range(4)] for split in "ab")
    asked: list[Request] = []
    with dataset_hub() as hub:
        files = {"data/train-00000-of-00001.parquet": parquet(train), "data/test-00000-of-00001.parquet": parquet(test)}
        commit = hub.add("acme/notes", {**files, "README.md": b"---\nlicense: cc-by-4.0\n---\n"})
        environ = hub.environ(tmp_path / "cache")
        _, rows = carried_out("multiple-choice", tmp_path, input=spoken, column="body", target="3", asked=asked, environ=environ)
        with pytest.raises(Invalid, match="has several splits: test, train"):
            carried_out("multiple-choice", tmp_path / "both", input="hf:acme/notes", column="body", environ=environ)
        with pytest.raises(NotFound, match="no split 'trian'"):
            carried_out("multiple-choice", tmp_path / "none", input="hf:acme/notes/default/trian", column="body", environ=environ)
    asking = [request.text for request in asked if "examination" in request.text]
    assert asking and all(any(row["body"] in text for row in train) for text in asking)
    known = {"commit": commit} if "datasets/" in spoken else {"commit": commit, "dataset": "acme/notes", "split": "train", "licence": "cc-by-4.0"}
    for row in rows:
        source = row.origin["source"]
        assert source["name"] == "acme/notes/data/train-00000-of-00001.parquet"
        assert known.items() <= source.items() and source["url"].startswith("http://127.0.0.1")
    assert not list((tmp_path / "cache").rglob("*.parquet")), "what was downloaded is gone, but for the home's copy"


def test_the_texts_are_told_of_and_their_length_is_bounded(tmp_path: Path) -> None:
    asked: list[Request] = []
    carried_out("multiple-choice", tmp_path, context="rules of a board game", languages="[fr]", target="2", asked=asked)
    first = next(request.text for request in asked if "examination" in request.text)
    assert "known: rules of a board game." in first and "French" in first
    result, _ = carried_out("multiple-choice", tmp_path / "short", shortest="5000", kept=0)
    assert set(result.dropped) == {"text_length"}


def test_a_text_whose_class_is_not_seen_blind_is_dropped(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        """The judge takes questions for complaints."""
        return {"reason": "so", "label": "complaint"} if request.model == "judge" and "Herons" in request.text else None

    result, rows = carried_out("classification", tmp_path, answers=answers, target="6")
    assert result.dropped["label_not_seen"] > 0 and {row.data["label"] for row in rows} == {"complaint", "praise"}


def test_a_text_that_names_its_class_is_dropped(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        return None if request.model == "judge" else {"text": f"This is Praise, {Voice(request.chance).sentence()}"}

    result, rows = carried_out("classification", tmp_path, answers=answers, kept=0)
    assert result.dropped["label_named"] > 0 and not [row for row in rows if row.data["label"] == "praise"]


def test_classes_difficulties_and_languages_keep_their_shares(tmp_path: Path) -> None:
    asked: list[Request] = []
    _, rows = carried_out(
        "classification", tmp_path, shares="{complaint: 2, praise: 1}", difficulty="{plain: 1, border: 1}", languages="[en, de]", count="24",
        target="24", asked=asked, kind="telegram",
    )  # fmt: skip
    assert Counter(row.data["label"] for row in rows) == {"complaint": 16, "praise": 8}
    assert Counter(row.data["difficulty"] for row in rows) == {"plain": 12, "border": 12}
    written = [request.text for request in asked if request.model == "large"]
    assert abs(sum("German" in text for text in written) - 12) <= 1 and all("Write a telegram" in text for text in written)
    assert Counter("near the border" in text for text in written) == {True: 12, False: 12}
    assert all("- praise: the writer is content" in text for text in written)


def test_each_label_of_a_set_is_seen_blind(tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        """The judge never sees quality where there is another label."""
        return {"reason": "so", "labels": ["price"]} if request.model == "judge" and "Falcons" in request.text and "Swifts" in request.text else None

    result, rows = carried_out("multi-label", tmp_path, answers=answers, target="6")
    assert result.dropped["labels_not_seen"] > 0
    assert not [row for row in rows if {"price", "quality"} <= set(row.data["labels"])]


def test_label_sets_keep_their_shares(tmp_path: Path) -> None:
    _, rows = carried_out("multi-label", tmp_path, sets="{price: 1, price + delivery: 3}", count="12", target="12")
    assert Counter(" ".join(row.data["labels"]) for row in rows) == {"price": 3, "price delivery": 9}


GERMAN = "Das ist nicht, was wir mit dem {} und der {} von euch wollten, und es ist auch noch nicht bei uns."


@pytest.mark.parametrize("name", ["classification", "multi-label", "raw-text"])
def test_a_text_in_another_language_than_asked_is_dropped(name: str, tmp_path: Path) -> None:
    def answers(request: Request) -> Any:
        if request.model == "judge" or "text" not in str(request.schema):
            return None
        said = case_of(name).reply(request) or usual(request)
        for row in said.get("rows", [said]):
            row["text"] = f"{row['text'].split()[0]}: {GERMAN.format(*row['text'].split()[1:3])}"
        return said

    result, _ = carried_out(name, tmp_path, answers=answers, languages="[fr]", count="4", target="2", kept=0)
    assert set(result.dropped) == {"language"}
    _, rows = carried_out(name, tmp_path / "asked", answers=answers, languages="[de]", count="12", target="2")
    assert {row.data["language"] for row in rows} == {"de"}
