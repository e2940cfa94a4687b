from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from step_context import StepContext, made, row

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Drop, New
from rowsmith.steps.chunk.markdown import Markdown
from rowsmith.steps.generate.extractive_qa import RULES, ExtractiveQa
from rowsmith.steps.prose import flat, stands_alone, whole
from rowsmith.steps.sentences import sentences

CTX = StepContext(Path())

RIVER = """The River Teal

The River Teal is a river in the north of the valley. It is 42 km long. This makes it short.
The bridge at Oldford was built in May 1871. The mill at Oldford has three wheels, e.g. for corn.
Teal water is soft because the hills are granite. A pike weighs about 4 kilograms.

Water mills are machines that turn the flow of a river into work. If the river floods, the mill stops for the day.
To open the sluice gate, turn the iron wheel to the left. The average summer depth is 2.5 metres.

Season: April to October
Fishing licence: required
"""

MANUAL = """# Mill

The mill grinds corn for the valley.

## Options

Mill reads three kinds of grain:

- wheat
- rye
- spelt

| Option | Meaning | Default |
|---|---|---|
| `speed` | turns of the stone a minute | 12 |
| `a\\|b` | - | `on` |

- `--dust`: collects the dust. It is loud.
- `--grain KIND` — the grain to grind
- **Hopper**: the box above the stone
- `grind` (default): turns corn into flour

```
  -q, --quiet        Print nothing
  --level N          How fine the flour is
```

## How do I stop the mill?

Pull the red lever. Wait for the stone to rest.
"""


def pairs(text: str, origin: dict[str, Any] | None = None, **given: Any) -> list[tuple[str, str, str]]:
    return [(new.origin["answer"]["rule"], new.data["input"], new.data["answer"]) for new in rows(text, origin, **given) if isinstance(new, New)]


def rows(text: str, origin: dict[str, Any] | None = None, **given: Any) -> list[New | Drop]:
    return list(ExtractiveQa(**{"max_per_row": 50, **given}).rows(row({"text": text, "n": 1}, origin=origin or {}), CTX))


def test_questions_from_prose() -> None:
    assert pairs(RIVER, {"source": {"name": "docs/river.txt"}}) == [
        ("definition", "What is the River Teal?", "The River Teal is a river in the north of the valley."),
        ("date", "When was the bridge at Oldford built?", "in May 1871"),
        ("number", "How many wheels does the mill at Oldford have?", "three wheels"),
        ("reason", "Why is Teal water soft?", "because the hills are granite."),
        ("number", "How many kilograms does a pike weigh?", "about 4 kilograms"),
        ("definition", "What are water mills?", "Water mills are machines that turn the flow of a river into work."),
        ("condition", "What happens if the river floods?", "the mill stops for the day."),
        ("howto", "How do you open the sluice gate?", "turn the iron wheel to the left."),
        ("number", "What is the average summer depth?", "2.5 metres"),
        ("key_value", 'In "river.txt", what is the season?', "April to October"),
        ("key_value", 'In "river.txt", what is the fishing licence?', "required"),
    ]


def test_questions_from_markdown() -> None:
    assert pairs(MANUAL, {"source": {"file": "mill.md"}}) == [
        ("heading", 'What does mill.md say about "Mill"?', "The mill grinds corn for the valley."),
        ("list", "What three kinds of grain does mill read?", "- wheat\n- rye\n- spelt"),
        ("table", 'In "Mill > Options", what does `speed` mean?', "turns of the stone a minute"),
        ("table", 'In "Mill > Options", what is the default of `speed`?', "12"),
        ("table", 'In "Mill > Options", what is the default of `a\\|b`?', "`on`"),
        ("option", "What does `--dust` do?", "collects the dust. It is loud."),
        ("option", "What does `--grain` do?", "the grain to grind"),
        ("option", 'In "Mill > Options", what is Hopper?', "the box above the stone"),
        ("option", 'In "Mill > Options", what does `grind` do?', "turns corn into flour"),
        ("option", "What does `--quiet` do?", "Print nothing"),
        ("option", "What does `--level` do?", "How fine the flour is"),
        ("heading", "How do I stop the mill?", "Pull the red lever. Wait for the stone to rest."),
    ]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("A chunk means a piece of a text.", "What does a chunk mean?"),
        ("JSON stands for JavaScript Object Notation.", "What does JSON stand for?"),
        ("Use the red lever to stop the wheel.", "How do you stop the wheel?"),
        ("Retrieval-augmented generation (RAG) is a way to ground answers.", "What is Retrieval-augmented generation (RAG)?"),
        ("`resume` is the same run again.", "What is `resume`?"),
        ("A bucket holds about 256 rows in each version.", "How many rows does a bucket hold in each version?"),
        ("The default server port is 8080.", "What is the default server port?"),
        ("Answers cannot be changed because they are stored raw.", "Why can Answers not be changed?"),
    ],
)
def test_a_sentence_and_its_question(sentence: str, question: str) -> None:
    assert [found[1] for found in pairs(sentence)] == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "This is a river in the north.",
        "It is a river in the north.",
        "However, the Teal is a river in the north.",
        "The following is a list of the rivers.",
        "The result is a river in the north.",
        "Before a run there is a quote of rows.",
        "As shown above, the Teal is a river in the north.",
        "The river (see below is a river in the north.",
        "the river is a fragment without a head.",
        "The river is a fragment without an end",
        "The server is a process.",
    ],
)
def test_sentences_that_do_not_stand_alone_are_passed_over(sentence: str) -> None:
    assert pairs(sentence, rules=[rule for rule in RULES if rule != "cloze"]) == []


def test_cloze_is_the_last_resort() -> None:
    text = "Every evening the old miller walks along the riverbank with 3 dogs. Nobody talks about the Grey Hills in winter."
    assert pairs(text) == [
        ("cloze", "Fill in the blank: Every evening the old miller walks along the riverbank with ____ dogs.", "3"),
        ("cloze", "Fill in the blank: Nobody talks about the ____ in winter.", "Grey Hills"),
    ]
    assert {found[0] for found in pairs(f"{text} Granite is an igneous rock.")} == {"definition"}


def test_chunks_ask_with_the_headings_above_them_and_point_into_the_source() -> None:
    text = "# Guide\n\n## Stones\n\n" + "Wheels turn day after day in the old mill by the river. " * 12 + "\n\n`speed` is a number of turns.\n"
    parent = row({"text": text}, origin={"source": {"name": "g.md", "span": [0, len(text)]}})
    chunks = [made(parent, new, at) for at, new in enumerate(Markdown(size=64).rows(parent, CTX))]
    found = [new for chunk in chunks for new in ExtractiveQa(rules=["definition"]).rows(chunk, CTX) if isinstance(new, New)]
    assert [new.data["input"] for new in found] == ['In "Guide > Stones", what is `speed`?']
    a, b = found[0].origin["answer"]["span"]
    assert text[a:b] == found[0].data["answer"] == "`speed` is a number of turns."


def test_no_place_is_claimed_for_a_text_that_was_changed() -> None:
    (new,) = rows("Granite is an igneous rock.", {"source": {"name": "f", "span": [3, 9]}})
    assert new.origin["answer"] == {"rule": "definition", "row_span": [0, 27]}


def test_every_option_changes_the_pairs() -> None:
    everything = pairs(MANUAL)
    assert pairs(MANUAL, max_per_row=2) != everything
    assert len(pairs(MANUAL, max_per_row=2)) == 2
    assert {rule for rule, _, _ in pairs(MANUAL, rules=["table"])} == {"table"}
    assert all(len(answer.split()) >= 3 for _, _, answer in pairs(MANUAL, min_answer_words=3))
    assert all(len(answer.split()) <= 3 for _, _, answer in pairs(MANUAL, rules=["option"], max_answer_words=3))
    assert rows(RIVER, context=True)[0].data["context"] == RIVER
    assert rows(RIVER, forward=["n"])[0].data["n"] == 1
    assert set(rows(RIVER)[0].data) == {"input", "answer"}
    (new,) = ExtractiveQa(column="page").rows(row({"page": "Granite is an igneous rock."}), CTX)
    assert new.data["answer"] == "Granite is an igneous rock."
    assert ExtractiveQa(context=True, forward=["n"]).columns(None) == {"input", "answer", "context", "n"}
    assert "carried over" in ExtractiveQa(forward=["answer"]).check()[0]
    assert "no answer has both" in ExtractiveQa(min_answer_words=9, max_answer_words=2).check()[0]


def test_texts_without_questions_are_dropped_with_a_reason() -> None:
    found = [*rows(" \n"), *rows("Yes. No."), *rows("Ein Satz auf Deutsch ohne alles")]
    assert [drop.reason for drop in found] == ["empty_text", "no_question", "no_question"]
    for data in ({"text": 3}, {"x": "y"}):
        with pytest.raises(RowFailed):
            list(ExtractiveQa().rows(row(data), CTX))


def test_sentences_and_what_they_need() -> None:
    text = "Dr. Ada Marsh met J. Hall, e.g. in May. She left (at 3.5 km). A title\nThe next one!"
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [
        "Dr. Ada Marsh met J. Hall, e.g. in May.",
        "She left (at 3.5 km).",
        "A title\nThe next one!",
    ]
    assert [stands_alone(flat(text[a:b])) for a, b in sentences(text, 0, len(text))] == [True, False, True]
    assert [whole(text) for text in ("A b c d.", 'He said "no to that.', "Too short.", "a b c d.")] == [True, False, False, False]


_bits = st.sampled_from(RIVER.split(" ") + MANUAL.split("\n")) | st.sampled_from(
    ["\n\n", "\n", ". ", "| a | b |\n|---|---|\n| `c` | d e |\n", "- `x`: ", "# ", "```", "é\r\n"]
)


@settings(deadline=None)
@given(st.lists(_bits | st.text(max_size=8), max_size=80).map(" ".join), st.integers(0, 99), st.integers(1, 12))
def test_laws_of_extraction(text: str, begin: int, most: int) -> None:
    origin = {"source": {"name": "f.md", "span": [begin, begin + len(text)]}}
    found = rows(text, origin, max_per_row=most)
    assert found == rows(text, origin, max_per_row=most)
    new = [item for item in found if isinstance(item, New)]
    assert len(new) <= most
    assert bool(new) == (not any(isinstance(item, Drop) for item in found))
    end = 0
    for item in new:
        a, b = (place - begin for place in item.origin["answer"]["span"])
        assert text[a:b] == item.data["answer"] == item.data["answer"].strip() != ""
        assert end <= a
        end = b
    assert len({item.data["input"] for item in new}) == len(new)


def test_a_long_text_takes_linear_time() -> None:
    import time

    def seconds(times: int) -> float:
        text = "\n\n".join(f"Stone{n} walls are a. b. c. d. wall of the mill and the x. y. z. Key{n}: value" for n in range(times))
        begin = time.process_time()
        rows(text, max_per_row=100_000, rules=["definition", "key_value", "number", "cloze"])
        return time.process_time() - begin

    seconds(10)
    assert seconds(8000) < 40 * seconds(800)
