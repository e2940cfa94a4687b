"""Presidio 2.2.360 with spaCy 3.8: names and places are found and hidden, with models that the test makes; nothing is downloaded."""

from __future__ import annotations

from typing import Any

import pytest
from consumer import asked

ENVIRONMENT = "presidio"
ANSWER = "Ada Lovelace of Hill Street 4, Marseille, is at ada@north-mill.co.uk, says Acme."
ROWS: list[dict[str, Any]] = [
    {"input": "Who?", "answer": ANSWER},
    {"messages": [{"role": "user", "content": "I am Ada Lovelace."}, {"role": "assistant", "content": "Hello!"}]},
    {"input": "Is Marseilles a name?", "answer": "Ada is a language."},
]
KNOWN = [("PERSON", "Ada Lovelace"), ("GPE", "Marseille"), ("FAC", "Hill Street"), ("ORG", "Acme")]
LESSONS = [
    (f"{who} wohnt in {where}.", [(0, len(who), "PER"), (len(who) + 10, len(who) + 10 + len(where), "LOC")])
    for who, where in [("Anna Schulz", "Bremen"), ("Otto Meyer", "Kiel"), ("Lena Vogt", "Mainz"), ("Jan Krause", "Hamm"), ("Eva Lang", "Trier")]
]  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("presidio")
    told = {"folder": str(folder), "rows": ROWS, "known": KNOWN, "lessons": LESSONS, "unseen": "Paul Ernst wohnt in Fulda."}
    return asked(ENVIRONMENT, "presidio_names", told, folder)


def test_names_and_places_are_flagged_where_they_stand(said: Any) -> None:
    one, two, three = said["flags"]
    assert [(reason, path, ANSWER[slice(*span)]) for reason, path, span in one] == [
        ("person", "answer", "Ada Lovelace"), ("address", "answer", "Hill Street"), ("address", "answer", "Marseille"),
        ("email", "answer", "ada@north-mill.co.uk"),
    ]  # fmt: skip
    assert two == [["person", "messages.0.content", [5, 17]]]
    assert three == []


def test_they_are_hidden_in_rows_and_in_files(said: Any) -> None:
    masked = "[person] of [address] 4, [address], is at [email], says Acme."
    assert [row.get("answer") for row in said["hidden"]] == [masked, None, "Ada is a language."]
    assert said["hidden"][1]["messages"][0]["content"] == "I am [person]."
    assert said["redact"]["rows"] == said["hidden"]
    assert said["redact"]["told"]["counts"] == {"address": 2, "person": 2, "email": 1}


def test_a_model_is_a_folder_or_an_installed_package_in_any_language(said: Any) -> None:
    assert [(kind, ANSWER[start:end]) for kind, start, end in said["package"]] == [
        ("person", "Ada Lovelace"), ("address", "Hill Street"), ("address", "Marseille"),
    ]  # fmt: skip
    assert said["german"] == [["person", "Paul Ernst"], ["address", "Fulda"]]


def test_a_model_that_is_not_there_is_told_with_its_command(said: Any) -> None:
    code, told = said["absent"]
    assert code == 1 and "python -m spacy download xx_absent_toy" in told and "Traceback" not in told
