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
    for said in ({"input": "What does <image> do?"}, {"answer": "An <image>."}, {"answer": "A <video>."}):
        with pytest.raises(RowFailed, match="<image>"):
            built_in("sharegpt").row(row(**{"image": ONE, **ASKED, **said}))
    assert built_in("sharegpt").row(row(input="What does <image> do?", answer="It stands for one."))


def test_nobody_asks() -> None:
    with pytest.raises(RowFailed, match="no message of a user"):
        built_in("openai").row(row(image=ONE, messages=[{"role": "assistant", "content": "Hello."}]))


PART, HAS = {"type": "image", **ONE}, {"role": "assistant", "content": "A cat."}
VISION = ("trl-sft-vision", "trl-prompt-completion-vision", "trl-kto-vision")


def shows(*content: object, role: str = "user") -> dict[str, object]:
    return {"role": role, "content": [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]}


def test_trl_has_a_place_for_each_image_and_its_file_beside() -> None:
    found = row(messages=[{"role": "developer", "content": "Be brief."}, shows("Look: ", PART), HAS, shows({"type": "image", **TWO}, "And?"), HAS])
    record = built_in("trl-sft-vision").row(found)
    assert record["images_file_names"] == [ONE, TWO] and [message["role"] for message in record["messages"]] == [
        "system", "user", "assistant", "user", "assistant",
    ]  # fmt: skip
    assert record["messages"][1]["content"] == [{"type": "text", "text": "Look: "}, {"type": "image"}]
    assert record["messages"][2]["content"] == [{"type": "text", "text": "A cat."}]  # a column has one type
    split = built_in("trl-prompt-completion-vision").row(row(image=ONE, images=[TWO], **ASKED))
    assert split["prompt"][0]["content"] == [{"type": "image"}, {"type": "image"}, {"type": "text", "text": "What?"}]
    assert (split["completion"][0]["role"], split["images_file_names"]) == ("assistant", [ONE, TWO])
    pair = row(input=[shows(PART, "What?")], chosen="A cat.", rejected="A dog.", judge="x")
    record = built_in("trl-dpo-vision").row(pair)
    assert [list(record), record["prompt"][0]["content"][0]] == [["prompt", "chosen", "rejected", "images_file_names"], {"type": "image"}]
    assert built_in("trl-dpo-vision").lost(pair) == ["judge"]
    assert built_in("trl-kto-vision").row(row(image=ONE, label=False, **ASKED))["label"] is False


@pytest.mark.parametrize("name", [*VISION, "trl-dpo-vision"])
@pytest.mark.parametrize(("reason", "more"), [
    ("no_image", {}), ("no_image", {"image": SOUND}), ("tool_calls", {"image": ONE, "tools": [{"type": "function"}]}),
])  # fmt: skip
def test_rows_that_trl_cannot_train_on_with_images(name: str, reason: str, more: dict[str, object]) -> None:
    found = {**ASKED, "label": True, **more} if name != "trl-dpo-vision" else {"input": "What?", "chosen": "A cat.", "rejected": "A dog.", **more}
    with pytest.raises(RowFailed) as error:
        built_in(name).row(row(**found))
    assert error.value.reason == reason


@pytest.mark.parametrize("name", ["openai", "sharegpt", "llama-factory", "trl-sft-vision"])
@pytest.mark.parametrize(("reason", "messages", "more"), [
    ("image_place", [shows("Draw it."), shows(PART, role="assistant")], {}),
    ("image_place", [shows(PART, role="system"), shows("What?"), HAS], {}),
    ("images", [shows({"type": "image"}, {"type": "image"}, "What?"), HAS], {"image": ONE}),
    ("images", [shows({"type": "image"}, "What?"), HAS], {"images": [ONE, TWO]}),
    ("image_data", [shows({"type": "image", "image": "cat.png"}), HAS], {}),
])  # fmt: skip
def test_images_that_have_no_right_place_are_told(name: str, reason: str, messages: list[object], more: dict[str, object]) -> None:
    with pytest.raises(RowFailed) as error:
        built_in(name).row(row(messages=messages, **more))
    assert error.value.reason == reason


def test_an_image_at_an_address_goes_where_addresses_go() -> None:
    found = row(messages=[shows({"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}), HAS])
    assert built_in("openai").row(found)["messages"] == found.data["messages"]
    for name in ("sharegpt", "trl-sft-vision"):
        with pytest.raises(RowFailed, match="at an address"):
            built_in(name).row(found)


def test_a_data_url_brings_its_file_along() -> None:
    found = row(messages=[shows({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGFsbG8="}}, "What?"), HAS])
    (image,) = built_in("sharegpt").row(found)["images"]
    assert (image["media_type"], image["bytes"], image["url"]) == ("image/png", 5, "data:image/png;base64,aGFsbG8=") and len(image["file"]) == 64
    with pytest.raises(RowFailed, match="no data URL that is whole"):
        built_in("sharegpt").row(row(messages=[shows({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGFs!"}}), HAS]))


def test_what_is_read_stands_where_it_stood() -> None:
    turns = [{"from": "human", "value": "A <image> and <image>"}, {"from": "gpt", "value": "So."}]
    read = built_in("sharegpt").read({"conversations": turns, "images": [ONE, TWO]})
    assert read["messages"][0]["content"] == [
        {"type": "text", "text": "A "}, {"type": "image", **ONE}, {"type": "text", "text": " and "}, {"type": "image", **TWO},
    ]  # fmt: skip
    with pytest.raises(RowFailed, match="has 1 images"):
        built_in("sharegpt").read({"conversations": turns, "images": [ONE]})
    paths = built_in("sharegpt").read({"conversations": turns, "images": ["a.png", "b.png"]})
    assert (paths["messages"][0]["content"], paths["images"]) == ("A <image> and <image>", ["a.png", "b.png"])
    asks = {"role": "user", "content": [{"type": "image", "text": None}, {"type": "text", "text": "What?"}]}
    assert built_in("trl-sft-vision").read({"messages": [asks, HAS], "images_file_names": [ONE]}) == {
        "messages": [{"role": "user", "content": "What?"}, HAS], "images": [ONE],
    }  # fmt: skip
    with pytest.raises(RowFailed, match="places for 1"):
        built_in("trl-sft-vision").read({"messages": [asks, HAS], "images_file_names": []})
