"""The options of the steps that give scores to choose rows by."""

from __future__ import annotations

from cases import Case, Plain, to

ASKED: tuple[Plain, ...] = ({"question": "Use at least 3 words, without commas.", "answer": "Tea, hot", "gold": "Tea, hot"},)
TAGGED: tuple[Plain, ...] = ({"tags": ["a"], "other": []}, {"tags": ["a", "b"], "other": ["b"]})
GRADE = {"reason": "x", "score": 3}
TAGS = {"tags": ["a", "b", "c"]}


def graded(step: str) -> dict[str, Case]:
    return {
        "columns": to("columns", ..., ["gold"], ASKED, GRADE),
        "scale": to("scale", [1, 6], [1, 10], ASKED, GRADE),
        "draws": to("draws", 1, 2, ASKED, GRADE),
        "model": to("model", "judge", "other", ASKED, GRADE),
        "into": to("into", step, "other", ASKED, GRADE),
        "prompt": to("prompt", ..., "Rate {{ record }}", ASKED, GRADE),
        "system": to("system", ..., "", ASKED, GRADE),
    }


CASES: dict[str, dict[str, Case]] = {
    "score.instruction_following": {
        "instructions": to("instructions", ["words"], ["no_commas", "words"], ASKED),
        "into": to("into", "instruction_following", "kept", ASKED),
        "action": to("action", "flag", "drop", ASKED),
    },
    "score.complexity": graded("complexity"),
    "score.quality": graded("quality"),
    "score.difficulty": {
        "columns": to("columns", ["question"], ["gold"], ASKED, "Tea, hot"),
        "expected": to("expected", "gold", "question", ASKED, "Tea, hot"),
        "metric": to("metric", "exact", "contains", ASKED, "So: Tea, hot"),
        "passes": to("passes", 1.0, 0.1, ASKED, "Tea", metric="f1"),
        "draws": to("draws", 1, 2, ASKED, "Tea, hot"),
        "into": to("into", "difficulty", "hard", ASKED, "Tea"),
        "prompt": to("prompt", ..., "Do this: {{ task }}", ASKED, "Tea"),
        "system": to("system", "", "Be brief.", ASKED, "Tea"),
        "model": to("model", "solver", "other", ASKED, "Tea"),
    },
    "score.tags": {
        "columns": to("columns", ..., ["gold"], ASKED, TAGS),
        "most": to("most", 10, 2, ASKED, TAGS),
        "into": to("into", "tags", "intents", ASKED, TAGS),
        "prompt": to("prompt", ..., "Tag {{ record }}", ASKED, TAGS),
        "system": to("system", ..., "", ASKED, TAGS),
        "model": to("model", "judge", "other", ASKED, TAGS),
    },
    "score.tag_novelty": {
        "tags": to("tags", "tags", "other", TAGGED),
        "least": to("least", 1, 2, TAGGED),
        "complex_first": to("complex_first", False, True, TAGGED, least=1),
        "into": to("into", "tag_novelty", "new", TAGGED),
    },
}
