"""score.contamination: items of evaluation sets in rows, their verdict, place and share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from set_rows import ListRows, row, texts
from step_context import StepContext
from truth_sets import measured

from rowsmith.core.errors import Invalid
from rowsmith.core.flags import Flag, flags_of
from rowsmith.core.row import Dropped, Row
from rowsmith.core.said import parts
from rowsmith.steps.contained import Items, words_of
from rowsmith.steps.placed import placed, spoken
from rowsmith.steps.score.contamination import Contamination

ITEM = "In which year did the harbour master of Lund forbid the sale of dried eels on Sundays?"
EDITED = "In what year did the harbour keeper of Lund forbid the sale of smoked eels on Mondays?"
OTHERS = [
    "In which year was the first bridge of Malmo opened to carts?", "Name the river that parts the two halves of the town of Ystad.",
    "A baker has 14 loaves and sells 9 of them before noon. How many are left for the afternoon?",
]  # fmt: skip


class Sets(StepContext):
    """With a dataset of items that have vectors."""

    def dataset(self, name: str) -> list[Row]:
        return [row("an item", input="How long does the walk around the lake take in winter?", vector=[1.0, 0.0])]


def scored(folder: Path, rows: list[Row], items: list[dict[str, Any]] | None = None, **settings: Any) -> list[Any]:
    given = [{"question": said} for said in (ITEM, *OTHERS)] if items is None else items
    (folder / "eval.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in given))
    step = Contamination(**{"against_files": ["eval.jsonl"], **settings})
    assert step.check() == []
    ctx: Any = Sets(folder)
    return list(step.all(ListRows(rows), ListRows(), ctx))


def flags(found: Any) -> list[Flag]:
    return list(flags_of(found))


def test_a_copy_is_contaminated_and_its_place_is_told(tmp_path: Path) -> None:
    inside = f"Hello.\n\nA question for you: {ITEM.upper().replace(' ', '  ')} Thank you."
    (found,) = scored(tmp_path, [row("1", messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": inside}])])
    (flag,) = flags(found)
    assert (flag.reason, flag.twin, flag.score, flag.path) == ("contaminated", "eval.jsonl:1", 1.0, "messages.1.content")
    assert flag.span is not None
    assert inside[slice(*flag.span)] == ITEM.upper().replace(" ", "  ").rstrip("?")
    assert flag.detail == "100% of the item eval.jsonl:1, 17 words of it in a row"
    assert found.scores == {"contamination": 1.0}


def test_an_edited_item_is_for_review_and_never_dropped(tmp_path: Path) -> None:
    edited, copied, clean = scored(tmp_path, texts(EDITED, ITEM, "In which year was the old mill sold?"), action="drop")
    assert [flag.reason for flag in flags(edited)] == ["contaminated_review"]
    assert isinstance(copied, Dropped)
    assert (copied.reason, flags(clean)) == ("contaminated", [])
    assert clean.scores["contamination"] < 0.5 < edited.scores["contamination"] < 0.9


@pytest.mark.parametrize(
    "data",
    [
        {"text": ITEM}, {"input": ITEM, "answer": "1702"}, {"prompt": "x", "completion": ITEM}, {"input": "x", "chosen": "y", "rejected": ITEM},
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}, {"role": "user", "content": ITEM}]},
        {"frage": "x", "antwort": {"deep": [ITEM]}},
    ],
)  # fmt: skip
def test_every_shape_and_place_is_read(data: dict[str, Any], tmp_path: Path) -> None:
    (found,) = scored(tmp_path, [row("1", **data)])
    (flag,) = flags(found)
    assert (flag.score, {part.path: part.text for part in parts(data)}[flag.path]) == (1.0, ITEM)


def test_answers_labels_and_common_words_are_no_items(tmp_path: Path) -> None:
    items = [{"question": ITEM, "answer": "The sale ended in the year 1702 by a decree of the king"}, {"question": "Why is it so?"}, {"text": "yes"}]
    said = texts("The sale ended in the year 1702 by a decree of the king", "Why is it not so, I ask you?", "yes")
    assert [flags(one) for one in scored(tmp_path, [*said, row("9", text="x", label=ITEM)], items)] == [[]] * 4


def test_a_question_beside_its_passage_counts_only_as_a_copy(tmp_path: Path) -> None:
    passage = "The bell of the chapel cracked in the frost of 1709 and was sold to a smith, who made hinges of it for half the doors of the valley."
    items = [{"context": passage, "question": "According to the passage, what became of the bell of the chapel?"}]
    said = texts(
        "According to the passage, what became of the bell of the chapel?", "According to the passage, what became of the roof of the mill?",
        passage.replace("chapel", "church").replace("smith", "farrier"),
    )  # fmt: skip
    assert [[flag.reason for flag in flags(one)] for one in scored(tmp_path, said, items)] == [["contaminated"], [], ["contaminated_review"]]


def test_a_run_of_words_is_for_review_where_that_is_wished(tmp_path: Path) -> None:
    long = " ".join(f"word{n}" for n in range(60))
    said = texts(" ".join(f"word{n}" for n in range(20, 34)))
    assert flags(scored(tmp_path, said, [{"text": long}])[0]) == []
    (flag,) = flags(scored(tmp_path, said, [{"text": long}], run=13)[0])
    assert (flag.reason, flag.detail[-23:]) == ("contaminated_review", "14 words of it in a row")


def test_vectors_find_what_is_retold(tmp_path: Path) -> None:
    rows = [row("1", text="retold", vector=[0.95, 0.1]), row("2", text="other", vector=[0.0, 1.0]), row("3", text="without")]
    found = scored(tmp_path, rows, against=["asked"], vector="vector")
    assert [[flag.twin for flag in flags(one)] for one in found] == [[row("an item").id], [], []]
    assert found[0].scores["contamination"] == pytest.approx(0.9945, abs=1e-3)


def test_scripts_without_spaces(tmp_path: Path) -> None:
    item = "港口管理员在哪一年禁止在星期天出售干鳗鱼？"
    found = scored(tmp_path, texts(f"请问：{item}谢谢。", "今天的天气很好，我们去公园散步。"), [{"question": item}])
    assert [[flag.score for flag in flags(one)] for one in found] == [[1.0], []]
    assert (span := flags(found[0])[0].span) is not None
    assert found[0].data["text"][slice(*span)] == item[:-1]


def test_columns_and_the_order_of_rows_and_items_change_no_score(tmp_path: Path) -> None:
    said = [EDITED, ITEM, *OTHERS, "nothing"]
    one = [found.scores for found in scored(tmp_path, texts(*said))]
    items = [{"prompt": item} for item in (*reversed(OTHERS), ITEM)]
    other = [found.scores for found in scored(tmp_path, [row(str(n), prompt="", reply=text) for n, text in enumerate(reversed(said))], items)]
    assert one == other[::-1]


def test_what_cannot_be_compared_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no item that can be compared"):
        scored(tmp_path, texts("a"), [{"question": "Why?"}])
    assert Contamination().check() == ["Nothing is named to compare with. Name evaluation sets in `against` (datasets) or `against_files`."]
    assert Contamination(against=["a"], review=0.95).check() == ["review (0.95) is above block (0.9)."]


def test_words_stand_where_they_are_said() -> None:
    text = "Don't — ＡＢＣ 漢字 Straße_1!"
    assert [text[start:end] for start, end in placed(text)] == ["Don", "t", "ＡＢＣ", "漢", "字", "Straße", "1"]
    assert spoken(text) == ["don", "t", "abc", "漢", "字", "strasse", "1"]
    assert spoken("Plain words, 2 of them") == ["plain", "words", "2", "of", "them"]


def test_many_items_of_one_frame_are_still_told_apart() -> None:
    items = Items()
    for number in range(300):
        items.add({"question": f"In the record of the parish, which trade is given for the person number {number} of the list?"})
    items.add({"question": "a b"})
    items.ready()
    assert items.left_out == 1
    found = items.find(words_of({"text": "In the record of the parish, which trade is given for the person number 217 of the list?"})[0])
    assert found[0].item == 217
    assert found[0].share == pytest.approx(1.0)


def test_the_open_half_of_the_truth_set() -> None:
    found = measured("contamination")
    assert found["precision"] >= 0.99
    assert found["recall_verbatim"] >= 0.99
    assert found["recall_edited"] >= 0.97
    assert found["precision_block"] == 1.0
    assert found["item"] >= 0.98
