"""DSPy 3.4.1: MIPROv2 and GEPA search through our gate; what they ask is stored, capped and asked once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from consumer import asked
from weak_prompt import LABELS, WEAK, Model, labelled

from rowsmith.testing import ModelServer, Request

STRONG = f"Answer with one of {', '.join(LABELS)}, and nothing else."
FIELDS = ("observations", "summary", "program_description", "module_description", "proposed_instruction", "new_instruction")


def proposer(request: Request) -> str:
    """Whatever DSPy's own programs ask for, as they ask for it."""
    said = "\n".join(str(message["content"]) for message in request.data["messages"])
    if "JSON object" in said:
        return json.dumps({"new_instruction": STRONG})
    return "\n\n".join(f"[[ ## {name} ## ]]\n{STRONG if 'instruction' in name else 'COMPLETE'}" for name in FIELDS) + "\n\n[[ ## completed ## ]]"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder, model, texts = tmp_path_factory.mktemp("dspy"), Model(), list[str]()

    def reply(request: Request) -> Any:
        texts.append(str(request.data))
        return proposer(request) if request.data["model"] == "big" else model(request)

    with ModelServer(reply) as server:
        told = {"url": server.url, "home": str(folder / "home"), "rows": labelled(90), "prompt": WEAK}
        yield asked("dspy", "dspy_optimize", told, folder), texts


@pytest.mark.parametrize("how", ["mipro", "gepa"])
def test_it_finds_a_better_prompt_through_our_gate(how: str, said: Any) -> None:
    found = said[0][how]
    assert (found["verdict"], found["again"]) == ("better", True), found
    assert found["best"]["system"] == STRONG and found["best"]["text"] == WEAK
    assert "is paused" in found["capped"]


def test_what_it_asks_is_asked_once(said: Any) -> None:
    assert len(set(said[1])) == len(said[1])
