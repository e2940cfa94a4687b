"""Topics that were asked for: rows go to the topic that they say or mean, and what has too few is told."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from set_rows import row, texts

from rowsmith.steps.topic_coverage import Asked, topic_coverage

PATHS = [("Delivery", "Delivery times"), ("Delivery", "Costs of delivery"), ("Invoices",), ("Returns from abroad",), ("Resetting passwords",)]
ASKED = Asked("topics.txt", {"": PATHS})
SAID = {
    PATHS[0]: ["What are the delivery times to {}?", "At what time is the delivery to {}?"],
    PATHS[1]: ["What does delivery to {} cost?", "The cost of my delivery to {} is too high"],
    PATHS[2]: ["My invoice for {} is wrong", "Invoicing in {} does not work"],
    PATHS[3]: ["I am in {}, and return a parcel from abroad", "Who pays for returns from abroad, say {}?"],
    PATHS[4]: ["I forgot the password of {}, how do I reset it?", "Password resets in {} fail"],
}  # fmt: skip
OTHER = ["What is the weather in {}?", "Tell me a joke about {}"]


def planted(counts: list[int], others: int, seed: int = 1) -> tuple[list[str], list[tuple[str, ...] | None]]:
    """Rows of each topic, so many, and of none, with where each belongs."""
    draw = random.Random(seed)
    kinds: list[tuple[str, ...] | None] = [path for path, count in zip(PATHS, counts, strict=True) for _ in range(count)] + [None] * others
    draw.shuffle(kinds)
    said = [draw.choice(OTHER if kind is None else SAID[kind]).format(draw.choice(["Oslo", "Rome", "Lima", "Perth"])) for kind in kinds]
    return [f"{text} ({number})" for number, text in enumerate(said)], kinds


def measured(said: list[Any], asked: Asked = ASKED, **more: Any) -> dict[str, Any]:
    rows = texts(*said) if said and isinstance(said[0], str) else said
    found: dict[str, Any] = topic_coverage(lambda: rows, asked, **more)
    return found


def counted(found: dict[str, Any]) -> dict[str, int]:
    return {one["topic"]: one["rows"] for one in found["topics"]}


def test_each_row_goes_to_the_topic_that_it_says() -> None:
    said, _ = planted([80, 40, 60, 5, 30], 25)
    found = measured(said)
    assert list(counted(found).values()) == [80, 40, 60, 5, 30] and found["none"]["rows"] == 25
    assert [one["state"] for one in found["topics"]] == ["covered", "covered", "covered", "thin", "covered"]
    assert found["counts"] == {"covered": 4, "thin": 1, "missing": 0} and found["by"] == "words"
    assert found["score"] == round((4 + 5 / 16) / 5, 4)  # a third of an even share of 240 rows is 16
    assert found["findings"] == ["1 of 5 topics is thin: Returns from abroad", "25 of 240 rows belong to none of the topics"]
    assert all("abroad" in one["text"] for one in found["topics"][3]["examples"]) and len(found["none"]["examples"]) == 3


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=5, max_size=5), st.integers(0, 10), st.integers(0, 99))
def test_counts_add_up_in_whatever_order_and_one_row_more_never_makes_it_worse(counts: list[int], others: int, seed: int) -> None:
    said, _ = planted(counts, others, seed)
    found, back = measured(said), measured(said[::-1])
    assert (counted(found), found["score"], found["none"]["rows"]) == (counted(back), back["score"], back["none"]["rows"])
    assert sum(counted(found).values()) + found["none"]["rows"] == found["measured"] == len(said)
    assert found["score"] is None if not said else 0 <= found["score"] <= 1
    assert sum(found["counts"].values()) == 5


def test_a_row_that_names_its_topic_is_of_it_whatever_it_says() -> None:
    rows = [row("1", text="Nothing about it", path="Delivery > Costs of delivery"), row("2", text="Nor this", topic="Invoices")]
    rows.append(row("3", text="My invoice", topic="Delivery times"))
    assert counted(measured(rows)) == {
        "Delivery > Delivery times": 1, "Delivery > Costs of delivery": 1, "Invoices": 1, "Returns from abroad": 0, "Resetting passwords": 0,
    }  # fmt: skip


def test_every_shape_of_rows_says_the_same() -> None:
    said, _ = planted([10, 10, 10, 10, 10], 5)
    chats = [row(str(n), messages=[{"role": "system", "content": "Invoices"}, {"role": "user", "content": text}]) for n, text in enumerate(said)]
    assert counted(measured(chats)) == counted(measured(said)), "what a system prompt says is in each row, and no topic of any"


def test_attributes_of_a_brief_are_by_themselves_and_a_tone_is_not_measured() -> None:
    brief = Asked("brief", {"topic": [("topic", "Invoices"), ("topic", "Password")], "tone": [("tone", "angry"), ("tone", "polite")]}, subjects=False)
    said, _ = planted([0, 0, 30, 0, 10], 0)
    found = measured(said, brief)
    assert counted(found) == {"topic > Invoices": 30, "topic > Password": 10} and found["score"] == 1
    assert [one["why"] for one in found["not_measured"]] == ["No row says a value of 'tone' in words."]
    named = [row(str(n), text=text, tone="angry" if n else "polite") for n, text in enumerate(said)]
    assert counted(measured(named, brief))["tone > angry"] == 39


def test_by_meanings_and_by_words_where_there_are_none() -> None:
    draw = random.Random(4)
    meanings = {path: [float(n == at) * 3 + 1 for n in range(8)] for at, path in enumerate(PATHS)}
    rows = []
    for at in (0, 0, 0, 1, 1, 2, 2, 2, 2, 6, 7):  # the last two mean something else
        rows.append(row(str(len(rows)), text=f"x{len(rows)}", v=[float(n == at) * 3 + 1 + draw.gauss(0, 0.2) for n in range(8)]))
    found = measured(rows, vector="v", meanings=meanings)
    assert (found["by"], list(counted(found).values()), found["none"]["rows"]) == ("meanings", [3, 2, 4, 0, 0], 2)
    assert measured(rows, vector="other", meanings=meanings)["by"] == "words"


def test_nothing_to_look_at() -> None:
    found = measured([])
    assert found["score"] is None and found["counts"]["missing"] == 5
