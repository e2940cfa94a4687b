"""The options of the steps that check rows: form, language, labels."""

from __future__ import annotations

from cases import Case, Plain, to


def answered(*said: str) -> tuple[Plain, ...]:
    return tuple({"input": "Why do cyclists ride close behind one another in a race?", "answer": one} for one in said)


TRUNK = "The rider in front pushes the air aside, so those behind meet less resistance. They save up to a third of their strength."
REFUSED = answered("I'm sorry, but I can't help with that request, because it is against the rules that I follow.")
GERMAN = "Die alte Mühle steht am Fluss und ist seit vielen Jahren nicht mehr in Betrieb."
TONGUES = ({"text": GERMAN}, *({"text": f"The old mill stands at the river and has {n} wheels."} for n in range(6)))
WORDS = {"tea": ["leaf", "cup", "kettle", "steep", "green"], "sea": ["wave", "boat", "salt", "tide", "cup"]}
LABELS = tuple(
    {"text": f"A {WORDS[name][n % 5]} and a {WORDS[name][n * 2 % 5]}.", "label": name if n else "tea", "kind": name, "n": n}
    for n in range(12)
    for name in WORDS
)

FLAGGED = {"flags": [{"check": "pii", "reason": "email", "detail": "a…", "score": 1.0, "path": "text", "span": None}]}
MENDED = {"text": "Write to us."}


def mends(one: Plain, two: Plain) -> Case:
    return Case(one, two, ({"text": "Write to ada@example.org."},), MENDED, FLAGGED)


CASES: dict[str, dict[str, Case]] = {
    "transform.repair": {
        "flags": mends({"flags": ["pii.email"]}, {"flags": ["pii.card"]}),
        "model": mends({"model": "writer"}, {"model": "other"}),
    },
    "score.form": {
        "action": to("action", "flag", "drop", REFUSED),
        "problems": to("problems", ..., ["empty"], REFUSED),
        "json": to("json", False, True, answered(TRUNK)),
        "schema": to("schema", ..., {"type": "object"}, answered("3")),
        "schema_of": to("schema_of", "answer", "row", answered('{"a": 1}'), schema={"required": ["a"]}),
        "language": to("language", "", "de", answered(TRUNK)),
        "shortest": to("shortest", 0, 40, answered(TRUNK)),
        "longest": to("longest", ..., 13, answered(TRUNK)),
        "into": to("into", "form", "shape", REFUSED),
    },
    "score.language": {
        "action": to("action", "flag", "drop", TONGUES),
        "languages": to("languages", ..., ["de"], TONGUES),
        "wanted": to("wanted", ..., "tag", [{**one, "tag": "de"} for one in TONGUES]),
        "main": to("main", 0.8, 0.99, TONGUES),
        "least": to("least", 0.2, 1.0, (*TONGUES[1:], {"text": "Die alte Mühle Kxq zur Wqk Vbn."})),
        "into": to("into", "language", "tongue", TONGUES),
    },
    "score.labels": {
        "action": to("action", "flag", "drop", LABELS, sureness=0.03),
        "column": to("column", ..., "kind", LABELS),
        "sureness": to("sureness", 0.85, 0.01, LABELS),
        "folds": to("folds", 5, 2, LABELS),
        "seed": to("seed", 42, 7, LABELS),
        "into": to("into", "label_error", "wrong", LABELS),
    },
}
