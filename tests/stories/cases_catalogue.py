"""The options of the steps that the recipes of reasoning and of choices are made of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

from cases import Case, to

GROUPS = ({"q": "a", "n": 1, "answer": "4", "reply": "5"}, {"q": "a", "n": 3, "answer": "4.0", "reply": "5"}, {"q": "b", "n": 2, "answer": "x"})
KEYED = ({"input": "?", "answer": "Paris", "distractors": ["Rome", "Oslo", "Bern"], "key": "Turin", "wrong": ["Graz", "Linz"]},)
CHOSEN = ({"input": "Which?", "other": "Where?", "choices": ["a", "b", "c"], "more": ["c", "d"], "answer": 2, "right": 0},)
SOLVED = ({"input": "2 + 2?", "other": "3 + 1?", "reasoning": ["Two.", "Four."], "short": "Four.", "expected": "4", "gold": "5"},)
LETTER = {"letter": "A"}
DONE = {"reasoning": "", "answer": "4"}


def half() -> Callable[[Any], Any]:
    """Every second completion is right."""
    answers = cycle((DONE, {**DONE, "answer": "5"}))
    return lambda messages: next(answers)


CASES: dict[str, dict[str, Case]] = {
    "filter.top": {
        "by": to("by", ["q"], ["q", "n"], GROUPS, score="n"),
        "score": to("score", "n", "0 - n", GROUPS, by=["q"]),
        "n": to("n", 1, 2, GROUPS, by=["q"], score="n"),
        "lowest": to("lowest", False, True, GROUPS, by=["q"], score="n"),
    },
    "filter.majority": {
        "by": to("by", ["q"], ["q", "n"], GROUPS, same="number"),
        "answer": to("answer", "answer", "reply", GROUPS, by=["q"]),
        "same": to("same", "exact", "number", GROUPS, by=["q"]),
        "least": to("least", 0.1, 0.9, tuple({"q": "a", "answer": one} for one in "112"), by=["q"]),
        "draws": to("draws", 2, 3, GROUPS, by=["q"], same="number"),
        "into": to("into", "majority", "vote", GROUPS, by=["q"], same="number"),
    },
    "transform.choices": {
        "right": to("right", "answer", "key", KEYED),
        "others": to("others", "distractors", "wrong", KEYED),
        "wrong": to("wrong", 3, 2, KEYED, others="wrong"),
        "longest": to("longest", ..., 1.1, KEYED),
        "seed": to("seed", 42, 1, KEYED),
    },
    "score.guessed": {
        "question": to("question", "input", "other", CHOSEN, LETTER),
        "choices": to("choices", "choices", "more", CHOSEN, LETTER, right="right"),
        "right": to("right", "answer", "right", CHOSEN, LETTER),
        "draws": to("draws", 5, 2, CHOSEN, LETTER),
        "into": to("into", "guessed", "blind", CHOSEN, LETTER),
        "prompt": to("prompt", ..., "{{ question }}: {{ choices }}", CHOSEN, LETTER),
        "system": to("system", "", "Be quick.", CHOSEN, LETTER),
        "model": to("model", "judge", "other", CHOSEN, LETTER),
    },
    "score.process": {
        "question": to("question", "input", "other", SOLVED, DONE),
        "reasoning": to("reasoning", "reasoning", "short", SOLVED, DONE),
        "expected": to("expected", "expected", "gold", SOLVED, DONE),
        "answer": to("answer", ..., "other", SOLVED, DONE),
        "metric": to("metric", "number", "contains", SOLVED, {"reasoning": "", "answer": "4 of 5"}),
        "draws": to("draws", 8, 2, SOLVED, DONE),
        "labels": to("labels", "hard", "soft", SOLVED, half(), draws=2),
        "most": to("most", 20, 1, SOLVED, DONE),
        "into": to("into", "process", "steps", SOLVED, DONE),
        "prompt": to("prompt", ..., "{{ question }}: {{ steps }}", SOLVED, DONE),
        "system": to("system", "", "Be quick.", SOLVED, DONE),
        "model": to("model", "solver", "other", SOLVED, DONE),
    },
    "score.repetition": {
        "column": to("column", "answer", "t", ({"answer": "a b c a b c", "t": "a b"},), n=2),
        "n": to("n", 1, 2, ({"answer": "a b a"},)),
        "into": to("into", "repetition", "circles", ({"answer": "a b a"},)),
    },
}
