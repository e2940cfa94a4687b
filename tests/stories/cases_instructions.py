"""The options of the steps that the recipes of instructions from few or none are made of."""

from __future__ import annotations

from typing import Any

from cases import Case, to
from cases_duplicates import ITEM, READ

EVOLVED = ({"before": "Name a river.", "first": "Name two cities.", "input": "Name a rare river.", "next": "This is the new prompt.",
            "answer": "It is the Vjosa.", "reply": "Sorry, no."},)  # fmt: skip
GAINED, SAME = {"reason": "so", "holds": False}, {"reason": "so", "holds": True}
SAID = tuple({"text": text, "n": n} for n, text in enumerate(["name three rivers of France", "name four rivers of France", "sing of the sea"]))
OTHERS = tuple({"input": f"{n}?", "text": f"text {n}", "answer": f"{n}."} for n in range(12))
SCORED = tuple({"input": "?", "other": n % 2, "n": n, "m": 10 - n} for n in range(4))


def talk(messages: Any) -> str:
    """A turn that differs from those before."""
    return f"Turn {len(messages)}."


CASES: dict[str, dict[str, Case]] = {
    "generate.magpie": {
        "system": to("system", ..., "Ask of {{ title }}.", answer=talk),
        "exchanges": to("exchanges", 1, 2, answer=talk),
        "forward": to("forward", ..., ["title"], answer=talk),
        "user": to("user", "user", "other", answer=talk),
        "model": to("model", "writer", "other", answer=talk),
    },
    "score.evolved": {
        "before": to("before", "before", "first", EVOLVED, GAINED),
        "after": to("after", "input", "next", EVOLVED, GAINED),
        "answer": to("answer", "answer", "reply", EVOLVED, GAINED),
        "copied": to("copied", ..., ["rare river"], EVOLVED, GAINED),
        "sorry": to("sorry", ..., ["Vjosa"], EVOLVED, GAINED),
        "short": to("short", 80, 2, ({**EVOLVED[0], "answer": "Sorry, no."},), GAINED),
        "question": to("question", ..., "Are both the same?", EVOLVED, SAME),
        "into": to("into", "evolved", "better", EVOLVED, GAINED),
        "prompt": to("prompt", ..., "{{ record }} {{ question }}!", EVOLVED, GAINED),
        "system": to("system", ..., "Mind {{ mark }}.", EVOLVED, GAINED),
        "model": to("model", "judge", "other", EVOLVED, GAINED),
    },
    "score.quantile": {
        "by": to("by", ["input"], ["other"], SCORED, score="n"),
        "score": to("score", "n", "m", SCORED, by=["other"]),
        "quantile": to("quantile", 0, 0.5, SCORED, by=["input"], score="n"),
        "into": to("into", "quantile", "low", SCORED, by=["input"], score="n"),
    },
    "filter.words": {
        "columns": to("columns", ["title"], ["other"], words=["drinks"]),
        "words": to("words", ["drink"], ["drinks"], columns=["title"]),
        "reason": to("reason", "words", "of_drinks", columns=["title"], words=["drinks"]),
    },
    "filter.rouge_duplicates": {
        "columns": to("columns", ["text"], ["n"], SAID),
        "similarity": to("similarity", 0.7, 0.9, SAID),
        "order": to("order", "", "0 - n", SAID, columns=["text"]),
        "action": to("action", "drop", "flag", SAID),
        "into": to("into", "rouge_duplicate", "rouge", SAID, action="flag"),
        "against": to("against", [], ["qa"], READ),
        "against_files": to("against_files", [], ["q.txt"], ({"text": ITEM},)),
    },
    "transform.examples": {
        "columns": to("columns", ["input"], ["input", "answer"], OTHERS, from_rows=2, from_files=0),
        "files": to("files", ["v.jsonl"], ["q.txt"], OTHERS, columns=["text"], from_rows=0),
        "from_files": to("from_files", 1, 2, OTHERS, columns=["text"], files=["v.jsonl", "q.txt"], from_rows=0),
        "from_rows": to("from_rows", 1, 2, OTHERS, columns=["text"], from_files=0),
        "into": to("into", "examples", "shots", OTHERS, columns=["text"], from_files=0),
        "seed": to("seed", 42, 1, OTHERS, columns=["text"], from_files=0),
    },
}
