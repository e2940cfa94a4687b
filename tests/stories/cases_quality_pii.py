"""The options of the steps that look for personal data and harm."""

from __future__ import annotations

from cases import Case, Plain, to


def says(text: str, other: str = "bob@example.org") -> tuple[Plain, ...]:
    return ({"text": text, "other": other},)


MAIL = says("Ask ada@north-mill.co.uk or 10.1.2.3 about ticket T-123456.")

RUDE = says("You are a stupid idiot. So it is.", "I will kill you.")
HARMLESS = "safe"
UNSAFE = "unsafe\nS1"

def rated(text: str) -> dict[str, float]:
    """The scores of a classifier."""
    return {"insult": 0.8, "profanity": 0.4} if "idiot" in text else {"insult": 0.0, "profanity": 0.0}


CASES: dict[str, dict[str, Case]] = {
    "score.pii": {
        "kinds": to("kinds", ["email"], ["ip"], MAIL),
        "own": to("own", {"ticket": r"T-\d{6}"}, ..., MAIL),
        "skip": to("skip", ["*@north-mill.co.uk"], ..., MAIL),
        "columns": to("columns", ["text"], ["other"], MAIL),
        "into": to("into", "pii", "found", MAIL),
        "action": to("action", "flag", "drop", MAIL),
        "names": to("names", "", "xx_no_such_model", MAIL),
    },
    "score.toxicity": {
        "categories": to("categories", ["insult"], ["threat"], RUDE),
        "columns": to("columns", ["text"], ["other"], RUDE),
        "into": to("into", "toxicity", "harm", RUDE),
        "action": to("action", "flag", "drop", RUDE),
        "likely": to("likely", 1, 0.0001, ({"text": "The mill stands by the river."},)),
        "classifier": to("classifier", ..., "scorer", RUDE, rated),
        "threshold": to("threshold", ..., 0.9, RUDE, rated, classifier="scorer"),
        "thresholds": to("thresholds", ..., {"profanity": 0.1}, RUDE, rated, classifier="scorer"),
        "passage": to("passage", ..., 3, RUDE, rated, classifier="scorer"),
    },
    "score.guard": {
        "categories": to("categories", ..., {"rude": "is rude"}, RUDE, UNSAFE),
        "columns": to("columns", ["text"], ["other"], RUDE, HARMLESS),
        "into": to("into", "toxicity", "harm", RUDE, HARMLESS),
        "action": to("action", "flag", "drop", RUDE, UNSAFE),
        "prompt": to("prompt", ..., "Is {{ record }} harmful?", RUDE, HARMLESS),
        "system": to("system", ..., "", RUDE, HARMLESS),
        "model": to("model", "guard", "other", RUDE, HARMLESS),
    },
    "transform.anonymise": {
        "kinds": to("kinds", ["email"], ["ip"], MAIL),
        "own": to("own", {"ticket": r"T-\d{6}"}, ..., MAIL),
        "skip": to("skip", ["*@north-mill.co.uk"], ..., MAIL),
        "columns": to("columns", ["text"], ["other"], MAIL),
        "how": to("how", "mask", "replace", MAIL),
        "mask": to("mask", "[{kind}]", "***", MAIL),
        "key_from": to("key_from", "", "PATH", MAIL, how="replace"),
        "names": to("names", "", "xx_no_such_model", MAIL),
    },
}
