"""The options of the steps that the recipes of preferences and of agents are made of."""

from __future__ import annotations

from cases import Case, to

PAIR = ({"input": "?", "chosen": "good", "rejected": "bad", "best": "fine", "worst": "poor"},)
MATES = tuple({"input": f"{n}?", "answer": f"{n}.", "other": n} for n in range(12))
DRAFTS = ({"input": "?", "more": "Mind it.", "answers": ["a", "b", "c"], "drafts": ["c", "d", "e"]},)
DRAFT = ({"input": "?", "more": "Mind it.", "answer": "So.", "reply": "Thus."},)
PICKED = {"reason": "so", "letter": "A"}
SAID = {"critique": "Too short.", "answer": "So it is."}
TWO = ["Be brief.", "Be kind."]

CASES: dict[str, dict[str, Case]] = {
    "transform.unpair": {
        "chosen": to("chosen", "chosen", "best", PAIR),
        "rejected": to("rejected", "rejected", "worst", PAIR),
        "into": to("into", "answer", "completion", PAIR),
        "label": to("label", "label", "good", PAIR),
    },
    "transform.partner": {
        "columns": to("columns", ["input"], ["input", "answer"], MATES),
        "prefix": to("prefix", "other_", "mate_", MATES, columns=["input"]),
        "share": to("share", 1.0, 0.3, MATES, columns=["input"]),
        "seed": to("seed", 42, 1, MATES, columns=["input"]),
    },
    "score.pick": {
        "answers": to("answers", "answers", "drafts", DRAFTS, PICKED),
        "task": to("task", ["input"], ["input", "more"], DRAFTS, PICKED),
        "criteria": to("criteria", ..., "the shortest", DRAFTS, PICKED),
        "draws": to("draws", 3, 1, DRAFTS, PICKED),
        "into": to("into", "pick", "best", DRAFTS, PICKED),
        "prompt": to("prompt", ..., "{{ record }} Which?", DRAFTS, PICKED),
        "system": to("system", ..., "{{ criteria }}", DRAFTS, PICKED),
        "model": to("model", "judge", "other", DRAFTS, PICKED),
    },
    "transform.revise": {
        "answer": to("answer", "answer", "reply", DRAFT, SAID, principles=TWO),
        "task": to("task", ["input"], ["more"], DRAFT, SAID, principles=TWO),
        "principles": to("principles", ["Be brief."], ["Be kind."], DRAFT, SAID),
        "rounds": to("rounds", 1, 2, DRAFT, SAID, principles=TWO),
        "least": to("least", ..., 1, DRAFT, SAID, principles=TWO, rounds=10),
        "before": to("before", "before", "first", DRAFT, SAID, principles=TWO),
        "critiques": to("critiques", "critiques", "", DRAFT, SAID, principles=TWO),
        "critique": to("critique", ..., "{{ record }} {{ principle }}?", DRAFT, SAID, principles=TWO),
        "prompt": to("prompt", ..., "{{ record }} {{ principle }}!", DRAFT, SAID, principles=TWO),
        "system": to("system", ..., "Mind {{ mark }}.", DRAFT, SAID, principles=TWO),
        "critic": to("critic", "critic", "other", DRAFT, SAID, principles=TWO),
        "model": to("model", "writer", "other", DRAFT, SAID, principles=TWO),
        "seed": to("seed", 42, 4, DRAFT, SAID, principles=TWO),
    },
}
