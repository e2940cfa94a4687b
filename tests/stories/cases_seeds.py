"""The options of the steps that go by seeds, or by what a dataset lacks."""

from __future__ import annotations

from cases import Case, to

ROW = ({"input": "bread oven dough?", "answer": "Crust of the oven.", "other": "wheel chain brake pedal"},)
SEEDS = [{"question": "Q1?", "answer": "A."}, {"question": "Q2?", "answer": "B."}]
SAID = {"topic": "t", "complexity": "easy", "style": "concise", "question_words": "2", "answer_words": "1", "seeds": SEEDS}
PLAN = [{"cluster": "a", "share": 0.7, **SAID}, {"cluster": "b", "share": 0.3, **SAID}]
PLANNED = ({"clusters": PLAN, "others": PLAN[::-1]},)
SEED_SETTINGS = {
    "dataset": to("dataset", "qa", "faq", ROW),
    "files": to("files", ["seeds.jsonl"], ["f.jsonl"], ROW),
    "topics": to("topics", 8, 1, ROW, files=["seeds.jsonl"]),
    "model": to("model", "embedder", "other", ROW, files=["seeds.jsonl"]),
}

CASES: dict[str, dict[str, Case]] = {
    "transform.clusters": {**SEED_SETTINGS, "into": to("into", "clusters", "found", ROW, files=["seeds.jsonl"])},
    "score.cluster": {
        **SEED_SETTINGS,
        "columns": to("columns", ["input"], ["other"], ROW, files=["seeds.jsonl"]),
        "least": to("least", 0.0, 0.9999, ROW, files=["seeds.jsonl"]),
        "into": to("into", "cluster", "lies", ROW, files=["seeds.jsonl"]),
    },
    "generate.like": {
        "column": to("column", "clusters", "others", PLANNED, count=3),
        "count": to("count", 3, 4, PLANNED),
        "shots": to("shots", 1, 2, PLANNED, count=3),
    },
    "read.gaps": {
        "dataset": to("dataset", "qa", "faq", topics=["Tea"]),
        "files": to("files", ["f.jsonl"], ["seeds.jsonl"], topics=["Tea"]),
        "topics": to("topics", ["Tea"], ["Tea", {"Cakes": ["Rye"]}], files=["f.jsonl"]),
        "paths": to("paths", ["topics.txt"], ["c.txt"], files=["f.jsonl"]),
        "enough": to("enough", ..., 3, files=["f.jsonl"], topics=["Tea"]),
        "shots": to("shots", 0, 2, files=["f.jsonl"], topics=["Tea"]),
    },
}
