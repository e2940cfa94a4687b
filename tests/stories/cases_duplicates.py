"""Two settings of each option of the steps that find rows which repeat others."""

from __future__ import annotations

from cases import Case, Plain, to


def says(*said: str) -> tuple[Plain, ...]:
    return tuple({"text": text} for text in said)


GREEK = says("alpha beta gamma delta", "Alpha, beta gamma delta!", "alpha beta gamma epsilon", "zeta eta theta")
CLOSE = says(*(f"alpha beta gamma delta epsilon zeta eta number{n % 3} theta{n % 5} iota kappa{n % 2} lambda mu" for n in range(40)))
FILED = {"instruction": "one?", "output": "1", "topic": "n"}
"""A record of f.jsonl."""
READ = says("one", "qa 1", "something of its own")

ITEM = "why is the water of the harbour green in the month of may"
EDITED = says(ITEM, ITEM.replace("harbour", "lake").replace("green", "brown"), "nothing of it")
MEANT: tuple[Plain, ...] = (
    {"text": "the harbour is closed in winter", "vector": [1.0, 0.0], "second": [0.0, 1.0], "n": 1},
    {"text": "no ship lands there while it is cold", "vector": [0.99, 0.1], "second": [1.0, 0.0], "n": 2},
    {"text": "the harbour is not closed in winter", "vector": [0.98, 0.02], "second": [0.7, 0.7], "n": 3},
    {"text": "bread needs salt", "vector": [0.0, 1.0], "second": [0.0, 0.9], "n": 4},
)
GOOD: tuple[Plain, ...] = tuple(
    {"text": f"{'the same words again' if n < 6 else 'something else altogether'} {n}", "n": 10 - n, "vector": [float(n % 2), float(n % 3), 1.0]}
    for n in range(9)
)
MANY = says(*(f"{n * 7919 % 97} a {n * 31 % 53} b {n % 17} c {n % 5} d" for n in range(400)))
SET = {"against_files": ["q.txt"]}
"""A file that says the item; c.txt says another one."""

CASES: dict[str, dict[str, Case]] = {
    "filter.duplicates": {
        "columns": to("columns", ..., ["text"], ({"text": "a", "n": 1}, {"text": "a", "n": 2})),
        "normalise": to("normalise", "none", "whitespace_case", GREEK),
        "action": to("action", "drop", "flag", says("a", "a")),
        "against": to("against", [], ["qa"], READ),
        "against_files": to("against_files", [], ["f.jsonl"], (FILED,)),
        "into": to("into", "duplicate", "same", says("a", "a"), action="flag"),
    },
    "filter.near_duplicates": {
        "columns": to("columns", ["text"], ["n"], tuple({**said, "n": f"no likeness in number {n} {n * 7}"} for n, said in enumerate(GREEK))),
        "similarity": to("similarity", 0.4, 0.9, GREEK),
        "shingle": to("shingle", 1, 4, GREEK, similarity=0.55),
        "permutations": to("permutations", 16, 64, CLOSE, bands=16, similarity=0.2),
        "bands": to("bands", 1, 16, CLOSE, permutations=16, similarity=0.2),
        "seed": to("seed", 1, 2, CLOSE, permutations=2, bands=1, similarity=0.2),
        "action": to("action", "drop", "flag", GREEK),
        "against": to("against", [], ["qa"], READ),
        "against_files": to("against_files", [], ["f.jsonl"], (FILED,)),
        "into": to("into", "near_duplicate", "near", GREEK, action="flag"),
    },
    "filter.best": {
        "n": to("n", 1, 3, GOOD),
        "share": to("share", 0.2, 0.6, GOOD),
        "score": to("score", "n", "0 - n", GOOD, n=2, diversity=0.1),
        "diversity": to("diversity", 0.0, 1.0, GOOD, n=2, score="n"),
        "vector": to("vector", "", "vector", GOOD, n=2, diversity=1.0),
        "into": to("into", "best", "chosen", GOOD, n=2),
        "seed": to("seed", 1, 2, MANY, n=5, diversity=1.0),
        "alike": to("alike", ..., 0.5, GOOD, n=2),
    },
    "filter.semantic_duplicates": {
        "vector": to("vector", "vector", "second", MEANT),
        "similarity": to("similarity", 0.8, 0.999, MEANT),
        "verify": to("verify", True, False, MEANT),
        "best": to("best", "", "n", MEANT),
        "action": to("action", "drop", "flag", MEANT),
        "against": to("against", [], ["asked"], MEANT),
        "against_files": to("against_files", [], ["v.jsonl"], MEANT),
        "into": to("into", "semantic_duplicate", "same", MEANT, action="flag"),
    },
    "score.contamination": {
        "against": to("against", [], ["asked"], ({"text": "x", "vector": [1.0, 0.1]},), vector="vector", **SET),
        "against_files": to("against_files", ["q.txt"], ["c.txt"], EDITED),
        "block": to("block", 0.9, 0.6, EDITED, **SET),
        "review": to("review", 0.3, 0.8, EDITED, **SET),
        "run": to("run", 0, 4, EDITED, review=0.9, **SET),
        "vector": to("vector", "", "vector", ({"text": "x", "vector": [1.0, 0.1]},), against=["asked"], **SET),
        "similarity": to("similarity", 0.8, 1.0, ({"text": "x", "vector": [1.0, 0.1]},), against=["asked"], vector="vector", **SET),
        "into": to("into", "contamination", "seen", EDITED, **SET),
        "action": to("action", "flag", "drop", EDITED, **SET),
    },
}  # fmt: skip
