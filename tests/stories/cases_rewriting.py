"""The options of the steps that write texts of rows anew, label them, and join, gather and part rows."""

from __future__ import annotations

from cases import Case, Plain, to

TEA: Plain = {"text": "Tea grows in Assam.", "title": "On tea", "tone": "plain", "label": "drink"}
ONE = (TEA,)
LABELS = ["drink", "food"]
LABELLED = {"reason": "so", "label": "drink", "labels": ["drink"]}
ANEW = {"text": "In Assam grows tea.", "title": "Of tea"}
PLACE = {"place": {"quote": "Assam", "value": "Assam"}, "year": {"quote": "1998", "value": 1998}}
FIELDS = {"place": "string", "year": "integer"}
SCORED = (
    {"input": "a", "other": "b", "answer": "short", "reply": "r1", "s": 5, "t": 9},
    {"input": "a", "other": "b", "answer": "much, much longer", "reply": "r2", "s": 9, "t": 1},
    {"input": "a", "other": "c", "answer": "middle", "reply": "r3", "s": 6, "t": 2},
    {"input": "a", "other": "c", "answer": "poor", "reply": "r4", "s": 1, "t": 3},
)
LISTED = ({"parts": ["a", "b"], "more": ["c"], "title": "T"},)
LONG = ({"text": "The quick answer of Aisha arrived in Lyon, and perhaps many customers often wonder about the broken Alto garden.",
         "title": "Some quick words from Porto about the modern garden"},)  # fmt: skip
CHANGED = {"rewritten": {"text": "Tea grows everywhere."}}
JOINED = ({"name": "n1", "other": "n2"},)


CASES: dict[str, dict[str, Case]] = {
    "transform.classify": {
        "labels": to("labels", ["drink", "food"], {"drink": "what one drinks", "place": ""}, ONE, LABELLED),
        "several": to("several", False, True, ONE, LABELLED, labels=LABELS),
        "abstain": to("abstain", False, True, ONE, LABELLED, labels=LABELS),
        "guidance": to("guidance", "", "Mind the {{ title }}.", ONE, LABELLED, labels=LABELS),
        "columns": to("columns", ..., ["title"], ONE, LABELLED, labels=LABELS),
        "into": to("into", "label", "judged", ONE, LABELLED, labels=LABELS),
        "reason": to("reason", "reason", "", ONE, LABELLED, labels=LABELS),
        "confidence": to("confidence", "", "sure", ONE, {**LABELLED, "confidence": 0.5}, labels=LABELS),
        "prompt": to("prompt", ..., "Label {{ record }}", ONE, LABELLED, labels=LABELS),
        "system": to("system", ..., "{{ labels }}", ONE, LABELLED, labels=LABELS),
        "model": to("model", "judge", "other", ONE, LABELLED, labels=LABELS),
    },
    "transform.rewrite": {
        "within": to("within", ["text"], ["title"], ONE, ANEW, instruction="Turn it round."),
        "instruction": to("instruction", "Shorter.", "More {{ tone }}.", ONE, ANEW),
        "columns": to("columns", [], ["title"], ONE, ANEW, instruction="x"),
        "old": to("old", {}, {"text": "original"}, ONE, ANEW, instruction="x"),
        "differs": to("differs", True, False, ONE, TEA, instruction="x"),
        "prompt": to("prompt", ..., "{{ instruction }} {{ record }} {{ paths }}", ONE, ANEW, instruction="x"),
        "system": to("system", ..., "", ONE, ANEW, instruction="x"),
        "model": to("model", "writer", "other", ONE, ANEW, instruction="x"),
    },
    "transform.translate": {
        "language": to("language", "de", "fr", ONE, ANEW, within=["text"]),
        "within": to("within", ["text"], ["text", "title"], ONE, ANEW, language="de"),
        "terms": to("terms", {}, {"Assam": "Assam"}, ONE, ANEW, language="de", within=["text"]),
        "asks": to("asks", 1, 2, ONE, ANEW, language="de", within=["text"], terms={"tea": "Tee"}),
        "columns": to("columns", [], ["title"], ONE, ANEW, language="de", within=["text"]),
        "old": to("old", {}, {"text": "english"}, ONE, ANEW, language="de", within=["text"]),
        "prompt": to("prompt", ..., "{{ language }} {{ record }} {{ paths }}", ONE, ANEW, language="de", within=["text"]),
        "system": to("system", ..., "", ONE, ANEW, language="de", within=["text"]),
        "model": to("model", "writer", "other", ONE, ANEW, language="de", within=["text"]),
    },
    "transform.extract": {
        "column": to("column", "text", "title", ONE, PLACE, output=FIELDS),
        "output": to("output", {"place": "string"}, {"place": {"type": "string", "description": "a region"}}, ONE, PLACE),
        "required": to("required", [], ["year"], ONE, PLACE, output=FIELDS),
        "unquoted": to("unquoted", "null", "drop", ONE, PLACE, output=FIELDS),
        "into": to("into", "", "found", ONE, PLACE, output=FIELDS),
        "quotes": to("quotes", "", "quotes", ONE, PLACE, output=FIELDS),
        "prompt": to("prompt", ..., "{{ fields }} {{ text }}", ONE, PLACE, output=FIELDS),
        "system": to("system", ..., "", ONE, PLACE, output=FIELDS),
        "model": to("model", "writer", "other", ONE, PLACE, output=FIELDS),
    },
    "transform.changes": {
        "before": Case({"before": "was"}, {"before": "old"}, ONE, None, CHANGED),
        "after": Case({"after": "is"}, {"after": "new"}, ONE, None, CHANGED),
    },
    "transform.noise": {
        "within": to("within", ["text"], ["title"], LONG),
        "kinds": to("kinds", ["typos"], ["ocr"], LONG),
        "rate": to("rate", 0.1, 0.9, LONG, kinds=["typos"]),
        "layout": to("layout", "qwerty", "azerty", LONG, kinds=["keyboard"], rate=1),
        "seed": to("seed", 1, 2, LONG),
        "old": to("old", {}, {"text": "original"}, LONG),
    },
    "transform.synonyms": {
        "within": to("within", ["text"], ["title"], LONG),
        "rate": to("rate", 0.01, 1, LONG),
        "dictionary": to("dictionary", [], ["words.txt"], LONG),
        "seed": to("seed", 1, 4, LONG),
        "old": to("old", {}, {"text": "original"}, LONG),
    },
    "transform.swap_entities": {
        "within": to("within", [], ["title"], LONG),
        "kinds": to("kinds", ["city"], ["female", "city"], LONG),
        "names": to("names", [], ["names.yaml"], LONG, kinds=["city"]),
        "seed": to("seed", 1, 2, LONG),
        "old": to("old", {}, {"text": "original"}, LONG),
    },
    "transform.join": {
        "dataset": to("dataset", "qa", "faq", ({"text": "qa 1"},), by="text"),
        "files": to("files", ["a.jsonl"], ["d.txt"], ({"name": "n2", "text": "three"},), by="name", prefix="their_"),
        "by": to("by", "name", "other", JOINED, files=["a.jsonl"], key="name", prefix="their_"),
        "key": to("key", "", "name", ({"text": "n2"},), files=["a.jsonl"], by="text", prefix="their_"),
        "columns": to("columns", ..., ["text"], JOINED, files=["a.jsonl"], by="name"),
        "prefix": to("prefix", "", "their_", JOINED, files=["a.jsonl"], by="name"),
        "into": to("into", "", "found", JOINED, files=["a.jsonl"], by="name"),
        "missing": to("missing", "drop", "null", ({"name": "n9"},), files=["a.jsonl"], by="name"),
    },
    "transform.group": {
        "by": to("by", ["input"], ["input", "other"], SCORED),
        "columns": to("columns", ..., ["answer"], SCORED, by=["input"]),
        "least": to("least", 1, 3, SCORED, by=["other"]),
        "most": to("most", ..., 3, SCORED, by=["input"]),
    },
    "transform.pair": {
        "by": to("by", ["input"], ["other"], SCORED, score="s"),
        "answer": to("answer", "answer", "reply", SCORED, score="s"),
        "score": to("score", "s", "t", SCORED),
        "margin": to("margin", 1, 100, SCORED, score="s"),
        "rejected": to("rejected", "worst", "next", SCORED, score="s"),
        "length_ratio": to("length_ratio", ..., 1.5, SCORED, score="s"),
        "both": to("both", [], ["reply"], SCORED, score="s"),
        "lists": to("lists", {}, {"all": "reply"}, SCORED, score="s"),
        "seed": to("seed", 1, 5, SCORED, score="s", rejected="random"),
    },
    "transform.explode": {
        "column": to("column", "parts", "more", LISTED),
        "into": to("into", "", "part", LISTED, column="parts"),
        "keep": to("keep", ..., [], LISTED, column="parts"),
        "number": to("number", "", "n", LISTED, column="parts"),
    },
}
