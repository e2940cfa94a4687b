"""score.instruction_following: instructions that can be counted, and whether answers keep them."""

from __future__ import annotations

from typing import Any

import pytest
from asking_context import row

from rowsmith.core.flags import flags_of
from rowsmith.core.row import Drop, Row
from rowsmith.steps.constraints import KINDS, constraints_of
from rowsmith.steps.score.instruction_following import InstructionFollowing

LINES = "One two three. Four five six.\n\nSeven eight."
CASES = [
    ("words", "Use at least 5 words.", LINES, "Too short."), ("words", "Answer in fewer than five words.", "Tea is good.", LINES),
    ("words", "Write about 10 words.", LINES, "one two three"), ("words", "No more than 9 words, please.", LINES, LINES + " Nine ten."),
    ("sentences", "Say it in exactly 3 sentences.", LINES, "One."),
    ("sentences", "Explain tea in two sentences.", "Tea is a drink. It is hot.", "Tea."),
    ("paragraphs", "Write 2 paragraphs.", LINES, "One."), ("bullets", "Give exactly 2 bullet points.", "- a\n- b", "- a"),
    ("highlights", "Highlight at least 2 sections with markdown.", "*a* and **b b**", "*a*"),
    ("placeholders", "Use at least two placeholders.", "[name] lives in [city]", "[name]"),
    ("json", "Reply in JSON format.", '```json\n{"a": 1}\n```', "a: 1"), ("lowercase", "Write in all lowercase.", "tea, hot", "Tea"),
    ("uppercase", "Answer in capital letters only.", "TEA!", "Tea"), ("no_commas", "Do not use any commas.", "Tea and milk", "Tea, milk"),
    ("title", "Give it a title, wrapped in double angular brackets.", "<<Tea>>\nIt is hot.", "Tea"),
    ("quoted", "Wrap your entire response in double quotation marks.", '"Tea."', "Tea."),
    ("postscript", "Add a postscript.", "Tea.\nP.S. Milk", "Tea"),
    ("with", 'Include the keywords "tea", "milk".', "Milk and tea", "Tea and steam"),
    ("without", "Do not use the words 'tea' or 'milk'.", "A teacup", "Some tea"),
    ("starts", 'Begin your reply with "Dear".', "Dear friend", "My dear"),
    ("ends", 'End with the exact phrase "Yours, Ada"', "Hi. Yours, Ada", "Ada"),
    ("language", "Reply in German.", "Der Tee ist heiß und die Milch ist kalt.", "The tea is hot and the milk is cold."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "question", "kept", "broken"), CASES)
@pytest.mark.parametrize("shape", ["flat", "chat", "preference"])
def test_each_kind_in_each_shape(shape: str, kind: str, question: str, kept: str, broken: str) -> None:
    for answer, score in ((kept, 1.0), (broken, 0.0)):
        shapes: dict[str, dict[str, Any]] = {
            "flat": {"instruction": question, "output": answer},
            "chat": {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]},
            "preference": {"prompt": question, "chosen": answer},
        }
        (found,) = InstructionFollowing.model_validate({"instructions": [kind]}).rows(row(shapes[shape]), None)  # type: ignore[arg-type]
        assert isinstance(found, Row)
        assert found.scores == {"instruction_following": score}
        assert [flag.reason for flag in flags_of(found)] == [kind] * (score == 0)


def test_every_kind_has_its_case() -> None:
    assert {case[0] for case in CASES} == set(KINDS) == set(InstructionFollowing().instructions)


def test_the_score_is_the_share_that_is_kept() -> None:
    asked = row({"question": "In all lowercase, without commas, at least 2 words.", "answer": "tea, milk"})
    (found,) = InstructionFollowing().rows(asked, None)  # type: ignore[arg-type]
    assert isinstance(found, Row)
    assert found.scores == {"instruction_following": 0.6667}
    assert [(flag.reason, flag.path, flag.span) for flag in flags_of(found)] == [("no_commas", "answer", (0, 9))]
    assert isinstance(next(InstructionFollowing(action="drop").rows(asked, None)), Drop)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "question",
    ["What is tea?", "The poem has two paragraphs. Who wrote it?", "How many words has a 100 word text?", "Why do people speak in German villages?",
     "What is JSON?", "Is a comma needed here?"],
)  # fmt: skip
def test_a_question_that_only_speaks_of_such_things_asks_for_none(question: str) -> None:
    assert constraints_of(question) == []
    asked = row({"question": question, "answer": "A drink."})
    assert list(InstructionFollowing().rows(asked, None)) == [asked]  # type: ignore[arg-type]
