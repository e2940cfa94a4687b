"""Augmentation: what each technique does, and that labels, facts and likeness decide which rows stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from augmented import CITIES, FILE, NAMES, ROWS, SETS, anew, asked, label_of, model, shown
from running import Bench
from scripted import adversarial, difficulty_shift, translate

from rowsmith.app.catalogue import one as listed
from rowsmith.app.results import Result
from rowsmith.content import recipes
from rowsmith.core.row import Row
from rowsmith.testing import Request

TECHNIQUES = [
    "paraphrase", "back-translation", "style-shift", "entity-swap", "synonyms", "noise", "adversarial", "translate", "difficulty-shift",
]  # fmt: skip
LABELLED = [name for name in TECHNIQUES if name != "difficulty-shift"]
CHECKED = ["paraphrase", "back-translation", "style-shift", "adversarial"]


def run(
    name: str, folder: Path, patch: pytest.MonkeyPatch, reply: Callable[[Request], Any], sets: Mapping[str, str] = SETS,
    files: Mapping[str, str] = FILE,
) -> tuple[Result, list[Row], list[Request]]:
    """All rows through a recipe."""
    patch.chdir(folder)
    for path, text in files.items():
        Path(path).write_text(text, encoding="utf-8")
    with Bench(folder, lambda request: None if request.inputs is not None else reply(request)) as bench:
        result = bench.runs.start(name, sets={"model": "openai/large", "base_url": bench.server.url, **sets})
        return result, bench.rows(result), [request for request in bench.asked if request.inputs is None]


def sets_of(name: str) -> dict[str, str]:
    """What a technique is given."""
    by_rule = name in ("entity-swap", "synonyms", "noise")
    return {"input": SETS["input"]} if by_rule else {**SETS, **({"weak": "openai/weak"} if name == "adversarial" else {}),
                                                     **({"languages": "[de]"} if name == "translate" else {})}  # fmt: skip


def replies(name: str) -> Callable[[Request], Any]:
    """The model that a technique is tried with."""
    from scripted import back_translation, entity_swap, noise, paraphrase, style_shift, synonyms

    cases = (paraphrase, back_translation, style_shift, entity_swap, synonyms, noise, adversarial, translate, difficulty_shift)
    return dict(zip(TECHNIQUES, (case.CASE.reply for case in cases), strict=True))[name]


def test_every_technique_is_in_the_catalogue() -> None:
    assert set(TECHNIQUES) <= set(recipes())


@pytest.mark.parametrize("name", LABELLED)
def test_a_row_whose_label_no_longer_holds_is_dropped_with_that_reason(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = replies(name)

    def reply(request: Request) -> Any:
        if asked(request) == ["reason", "label"] and request.model != "weak" and NAMES[0] + " " not in request.text and "Omar" not in request.text:
            text = shown(request)["text"]
            if any(city in text for city in CITIES[2:6]):  # the judge sees another label in these
                said = own(request)["label"]
                return {"reason": "It reads otherwise.", "label": "refund" if said == "delivery" else "delivery"}
        return own(request)

    result, rows, requests = run(name, tmp_path, monkeypatch, reply, sets_of(name))
    assert result.dropped.get("label_changed", 0) > 0 or name == "entity-swap"
    assert all(row.data["label"] in ("refund", "delivery") for row in rows)
    labels = [request for request in requests if asked(request) == ["reason", "label"]]
    assert labels
    assert not any("label ---" in request.text for request in labels)
    funnel = {passage["step"]: passage for passage in result.dump()["funnel"]}
    assert funnel["label"]["passed"] == len(labels) - sum(request.model == "weak" for request in labels) - result.dropped.get("label_changed", 0)


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: anew(text).replace("11 days", "12 days"), "facts_changed"), (lambda text: anew(text).replace("Priya", "Anna"), "facts_changed"),
        (lambda text: anew(text).replace("the house number 31", "the house"), "facts_changed"),
        (lambda text: text.replace("where is my parcel", "where is that parcel"), "too_close"), (lambda text: "Where is it?", "too_far"),
    ],
)  # fmt: skip
def test_what_changes_a_fact_or_lies_too_near_or_too_far_is_dropped(
    name: str, change: Callable[[str], str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(text: str) -> str:
        if name == "back-translation" and not text.startswith("Ysgrif. "):
            return f"Ysgrif. {text}"
        text = text.removeprefix("Ysgrif. ")
        return change(text) if "Priya" in text else anew(text)

    reply = model(say)
    weak = adversarial.OTHER
    result, rows, _ = run(
        name, tmp_path, monkeypatch,
        lambda request: {"reason": "x", "label": weak[label_of(shown(request)["text"])]} if request.model == "weak" else reply(request),
        sets_of(name) | ({} if name == "adversarial" else {"count": "1"}),
    )  # fmt: skip
    assert result.dropped == {reason: 1}
    assert len(rows) == len(ROWS) - 1
    assert not any("Priya" in row.data["text"] for row in rows)


def test_a_variant_knows_its_parent_what_it_was_and_how_it_was_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, rows, _ = run("paraphrase", tmp_path, monkeypatch, model())
    assert (result.kept, result.dropped) == (16, {})
    for row in rows:
        assert row.data == {"text": anew(row.origin["rewritten"]["text"]), "label": row.data["label"]}
        assert row.origin["rewritten"]["text"] in [one["text"] for one in ROWS]
        assert row.origin["variant"]["drawn_manner"]
        assert len(row.origin["parents"]) == 1
        assert 0.8 <= row.scores["similarity"] <= 0.97
    assert all(len({rows[at].origin["variant"]["drawn_manner"] for at in pair}) == 2 for pair in ((0, 1), (2, 3)))


def test_back_translation_goes_there_and_back_through_the_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, rows, requests = run("back-translation", tmp_path, monkeypatch, replies("back-translation"), {**SETS, "through": "[cy, fi]", "count": "2"})
    assert len(rows) == 16
    texts = [request.text for request in requests]
    assert sum("into Welsh" in text for text in texts) == sum("into Finnish" in text for text in texts) == 8
    assert sum("into English" in text and "Ysgrif. " in text for text in texts) == 16
    assert {row.origin["variant"]["drawn_language"] for row in rows} == {"cy", "fi"}


@pytest.mark.parametrize(("shift", "said"), [("register", "in this register: courtly"), ("persona", "as this person would say it: a pirate")])
def test_a_register_or_a_persona_is_shifted_to(shift: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = {**SETS, "shift": f"[{shift}]", "registers": "[courtly]", "personas": "[a pirate]", "count": "1"}
    _, rows, requests = run("style-shift", tmp_path, monkeypatch, model(), sets)
    assert len(rows) == 8
    assert sum(said in request.text for request in requests) == 8
    assert {row.origin["variant"]["drawn_shift"] for row in rows} == {shift}


def test_names_are_swapped_alike_in_all_that_a_row_says_and_false_claims_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chats = [
        {"messages": [
            {"role": "user", "content": f"{name} lives in {city}. Where does {name} live, and how far is it from the old harbour there?"},
            {"role": "assistant", "content": f"{name} lives in {city}, about two miles from the old harbour."},
        ]}
        for name, city in zip(NAMES, CITIES, strict=True)
    ]  # fmt: skip

    def reply(request: Request) -> Any:
        return {"reason": "so", "holds": "Graz" not in request.text}

    files = {"chats.jsonl": "".join(json.dumps(one) + "\n" for one in chats)}
    result, rows, _ = run("entity-swap", tmp_path, monkeypatch, reply, {"input": "chats.jsonl", "count": "3", "farthest": "0.2"}, files)
    assert result.kept + result.dropped.get("facts_changed", 0) == 24
    for row in rows:
        question, answer = (one["content"] for one in row.data["messages"])
        swapped = row.origin["swapped"]
        name, city = next(value for key, value in swapped.items() if key in NAMES), next(value for key, value in swapped.items() if key in CITIES)
        assert question.startswith(f"{name} lives in {city}. Where does {name} live")
        assert answer.startswith(f"{name} lives in {city}, about two miles")
        assert "Graz" not in answer


def test_noise_and_synonyms_ask_no_model_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("noise", "synonyms"):
        folder = tmp_path / name
        folder.mkdir()
        result, rows, requests = run(name, folder, monkeypatch, model(), sets_of(name))
        assert rows
        assert {tuple(asked(request)) for request in requests} == {("reason", "label")}
        assert sum(result.dropped.values()) + result.kept == 16
        assert all(row.data["text"] != row.origin["rewritten"]["text"] for row in rows)
        assert {row.origin["noise"] for row in rows} >= {"typos", "keyboard"} if name == "noise" else True


def test_the_weak_model_is_misled_and_who_misleads_nobody_is_said_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: Request) -> Any:
        if request.model == "weak":
            text = shown(request)["text"]
            wrong = any(city in text for city in CITIES[:4])
            return {"reason": "A glance.", "label": adversarial.OTHER[label_of(text)] if wrong else label_of(text)}
        return model()(request)

    result, rows, requests = run("adversarial", tmp_path, monkeypatch, reply, {**sets_of("adversarial"), "tries": "2"})
    assert (result.kept, result.dropped) == (4, {"not_adversarial": 4})
    assert all(any(city in row.data["text"] for city in CITIES[:4]) for row in rows)
    assert sum(asked(request) == ["text"] for request in requests) == 4 + 4 * 3
    assert not any("label" in shown(request) for request in requests if asked(request) == ["reason", "label"])


def test_a_translation_that_comes_back_as_something_else_or_stays_in_its_language_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: Request) -> Any:
        if asked(request) == ["text"] and "Priya" in request.text:
            return {"text": shown(request)["text"] + " Thanks to all of you for this."}  # never left its language
        if asked(request) == ["after"] and "Naomi" in request.text:
            return {"after": shown(request)["after"].replace("Naomi", "Norbert")}
        if asked(request) == ["after"] and "Freya" in request.text:
            return {"after": "Where is it?"}
        return translate.reply(request)

    result, rows, _ = run("translate", tmp_path, monkeypatch, reply, {**SETS, "languages": "[de]"})
    assert result.dropped.get("too_far", 0) >= 1
    assert result.kept == 5
    assert sum(result.dropped.values()) == 3
    assert {row.data["language"] for row in rows} == {"de"}
    assert not any(name in row.data["text"] for row in rows for name in ("Priya", "Naomi", "Freya"))


def test_a_question_that_is_no_harder_or_whose_answer_nobody_finds_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: Request) -> Any:
        said = difficulty_shift.reply(request)
        if asked(request) == ["reason", "score"] and "kettle" in request.text:
            return {"reason": "The same.", "score": 3}
        if asked(request) == ["input", "answer"] and "lantern" in request.text:
            return {**said, "answer": "nobody knows how many"}
        return said

    case = difficulty_shift.CASE
    result, rows, _ = run("difficulty-shift", tmp_path, monkeypatch, reply, case.sets, case.files)
    assert result.dropped == {"not_shifted": 1, "not_solvable": 1}
    assert {row.origin["variant"]["drawn_shift"] for row in rows} == {"harder", "easier"}
    for row in rows:
        harder = row.origin["variant"]["drawn_shift"] == "harder"
        assert (difficulty_shift.HARDER in row.data["input"]) == harder
        assert row.data["answer"] == difficulty_shift.solved(row.data["input"])
        assert (row.scores["after"] > row.scores["before"]) == harder


def test_who_is_to_be_misled_has_to_be_said() -> None:
    """By default it would be the judge itself, which the same question does not mislead twice."""
    assert listed("adversarial").needed == ["model", "weak"]


def test_a_dataset_is_augmented_as_a_file_is_and_rows_without_labels_need_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {"mails.jsonl": "".join(json.dumps({"text": row["text"]}) + "\n" for row in ROWS)}
    result, rows, requests = run("paraphrase", tmp_path, monkeypatch, model(), {**SETS, "count": "1"}, bare)
    assert (len(rows), len(requests), result.dropped) == (8, 8, {})
    with Bench(tmp_path, lambda request: None if request.inputs is not None else model()(request)) as bench:
        bench.run({"kind": "read.rows", "rows": ROWS}, top={"name": "mails"})
        sets = {"model": "openai/large", "base_url": bench.server.url, "embedder": "openai/embed", "dataset": "mails", "count": "1"}
        again = bench.runs.start("paraphrase", sets=sets)
        assert again.kept == 8
        assert sum(asked(request) == ["reason", "label"] for request in bench.asked) == 8
        parents = {row.id for row in bench.lab.project("default").datasets.rows("mails")}
        assert {row.origin["parents"][0] for row in bench.rows(again)} == parents
