"""A second look at an image: each sentence is shown with the file, and what is not borne out is flagged with its place."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import row, work

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, Row
from rowsmith.steps.score.depicted import Depicted

IMAGE = {"file": "ab" * 32, "media_type": "image/png"}
SAID = "A cat sits on a mat. It wears a red hat. Behind it is a door."


def verdicts(*borne_out: bool, seen: str = "a blue hat") -> dict[str, Any]:
    return {"verdicts": [{"sentence": n, "seen": seen, "borne_out": one} for n, one in enumerate(borne_out, 1)]}


def depicted(value: Any, text: str = SAID, **settings: Any) -> tuple[Any, Any]:
    (found,), asked = work(Depicted(**settings), row({"answer": text, "image": IMAGE}), value)
    return found, asked


def test_what_is_borne_out_passes_without_a_flag() -> None:
    found, asked = depicted(verdicts(True, True, True))
    assert isinstance(found, Row) and found.scores == {"depicted": 1.0} and "flags" not in found.origin
    (call,) = asked.asks
    image, text = call["messages"][-1]["content"]
    assert image == {"type": "image", **IMAGE} and all(sentence in text["text"] for sentence in ("A cat sits on a mat.", "Behind it is a door."))
    assert call["schema"]["properties"]["verdicts"]["minItems"] == 3


def test_each_sentence_against_which_the_image_speaks_is_a_flag_with_its_place() -> None:
    found, _ = depicted(verdicts(True, False, True))
    assert found.scores == {"depicted": 0.6667}
    (flag,) = found.origin["flags"]
    assert (flag["reason"], flag["detail"], flag["path"]) == ("not_depicted", "a blue hat", "answer")
    assert SAID[slice(*flag["span"])].strip() == "It wears a red hat."


def test_the_worse_of_two_verdicts_holds_and_none_is_against_it() -> None:
    found, _ = depicted({"verdicts": [*verdicts(True)["verdicts"], *verdicts(False)["verdicts"]]})
    assert [flag["detail"] for flag in found.origin["flags"]] == ["a blue hat", "The model gave no verdict.", "The model gave no verdict."]
    assert found.scores == {"depicted": 0.0}


def test_it_drops_with_the_reason() -> None:
    found, _ = depicted(verdicts(True, False, False, seen=""), action="drop")
    assert found == Drop("not_depicted", "Nothing of it was seen.")


def test_a_text_without_a_sentence_is_not_asked_about() -> None:
    found, asked = depicted(verdicts(), text="  ")
    assert found.scores == {"depicted": 0.0} and not asked.asks


def test_a_row_without_an_image_fails() -> None:
    with pytest.raises(RowFailed, match="refers to no image"):
        work(Depicted(), row({"answer": SAID, "image": "cat.png"}), verdicts())


def test_a_prompt_has_to_show_the_sentences() -> None:
    assert any("{{ record }}" in problem for problem in Depicted(prompt="Look!", system="").check())
