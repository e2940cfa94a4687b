"""Images of a row in the clothes of others: where they stand, and what is left out because it cannot hold them."""

from __future__ import annotations

import pytest

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Row
from rowsmith.formats import built_in

ONE = {"file": "ab" * 32, "media_type": "image/png"}
TWO = {"file": "cd" * 32, "media_type": "image/jpeg"}
SOUND = {"file": "ef" * 32, "media_type": "audio/wav"}
ASKED = {"input": "What?", "answer": "A cat."}


def row(**data: object) -> Row:
    return Row("a" * 32, b"", data)


def test_each_format_has_images_in_its_way() -> None:
    found = row(image=ONE, images=[TWO], **ASKED)
    first = built_in("openai").row(found)["messages"][0]["content"]
    assert [part["type"] for part in first] == ["image_url", "image_url", "text"] and first[1]["image_url"]["url"] is TWO
    for name in ("sharegpt", "llama-factory"):
        record = built_in(name).row(found)
        assert record["conversations"][0]["value"] == "<image><image>\nWhat?" and record["images"] == [ONE, TWO]
        assert built_in(name).lost(found) == []
    assert built_in("llama-factory-kto").row(row(image=ONE, label=True, **ASKED))["images"] == [ONE]
    assert (built_in("openai").attached, built_in("sharegpt").attached, built_in("llama-factory-kto").attached) == ("inline", "path", "path")


def test_images_stand_in_the_first_message_of_the_user() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What?"}, {"role": "assistant", "content": "A cat."}]
    found = row(image=ONE, messages=[*messages, {"role": "user", "content": "And?"}, {"role": "assistant", "content": "A dog."}])
    said = [turn["value"] for turn in built_in("sharegpt").row(found)["conversations"]]
    assert said == ["Be brief.", "<image>\nWhat?", "A cat.", "And?", "A dog."]
    assert [type(one["content"]) for one in built_in("openai").row(found)["messages"]] == [str, list, str, str, str]


@pytest.mark.parametrize("name", ["openai", "sharegpt"])
def test_what_is_no_image_is_lost_and_told(name: str) -> None:
    found = row(image="cat.png", images=[], sound=SOUND, **ASKED)
    assert built_in(name).lost(found) == ["image", "sound"] and "images" not in built_in(name).row(found)
    assert built_in(name).lost(row(image=SOUND, **ASKED)) == ["image"]


def test_a_mark_in_the_question_would_be_an_image_too_many() -> None:
    with pytest.raises(RowFailed, match="<image>"):
        built_in("sharegpt").row(row(image=ONE, input="What does <image> do?", answer="It stands for one."))
    assert built_in("sharegpt").row(row(input="What does <image> do?", answer="It stands for one."))


def test_nobody_asks() -> None:
    with pytest.raises(RowFailed, match="no message of a user"):
        built_in("openai").row(row(image=ONE, messages=[{"role": "assistant", "content": "Hello."}]))
