"""The options of the steps that vary rows."""

from __future__ import annotations

from cases import Case, to

TOPIC = ({"topic": "Tea", "path": "Drinks > Tea", "theme": "Ice", "text": "Tea from Assam.", "persona": "A tea taster.", "title": "T"},)
NAMED = {"topics": ["Black", "Green", "White"]}
PEOPLE = {"personas": ["A taster.", "A picker.", "A sailor."]}
ONE = {"personas": ["A taster."]}
TONES = {"tone": {"formal": 3, "plain": 1}, "length": {"short": 1, "long": 1}}

CASES: dict[str, dict[str, Case]] = {
    "read.topics": {
        "topics": to("topics", ["Tea"], ["Coffee"]),
        "paths": to("paths", ["c.md"], ["d.txt"]),
        "inner": to("inner", False, True, topics={"Drinks": ["Tea"]}),
        "licence": to("licence", ..., "CC-BY-4.0", topics=["Tea"]),
        "terms": to("terms", ..., "own", topics=["Tea"]),
    },
    "generate.variants": {
        "values": to("values", {"tone": ["formal", "plain"]}, {"tone": ["formal", "angry"]}),
        "how": to("how", "draw", "even", values=TONES, count=9),
        "count": to("count", 2, 3, values=TONES, how="draw"),
        "override": to("override", [], [{"tone": ["plain"]}], values=TONES, how="even", count=9),
        "percent": to("percent", False, True, values=TONES, how="even", count=9),
        "cap": to("cap", 3, 4, values={"tone": ["a", "b", "c", "d"]}),
        "seed": to("seed", 1, 2, values=TONES, how="draw", count=9),
    },
    "generate.topics": {
        "column": to("column", "topic", "theme", TOPIC, NAMED, count=2),
        "count": to("count", 2, 3, TOPIC, NAMED),
        "asks": to("asks", 1, 2, TOPIC, lambda m: {"topics": ["Oolong"]} if "already" in str(m) else {"topics": ["Green"]}, count=2),
        "prompt": to("prompt", "{{ count }} of {{ path }}", "{{ path }}: {{ count }}", TOPIC, NAMED, count=2),
        "system": to("system", "", "Be brief.", TOPIC, NAMED, count=2),
        "model": to("model", "writer", "other", TOPIC, NAMED, count=2),
    },
    "generate.personas": {
        "how": to("how", "text", "related", TOPIC, PEOPLE),
        "column": to("column", "text", "title", TOPIC, PEOPLE),
        "count": to("count", 1, 2, TOPIC, PEOPLE),
        "forward": to("forward", [], ["title"], TOPIC, PEOPLE),
        "asks": to("asks", 1, 2, TOPIC, lambda m: PEOPLE if "already" in str(m) else ONE),
        "prompt": to("prompt", "{{ count }} of {{ text }}", "{{ text }}: {{ count }}", TOPIC, PEOPLE),
        "system": to("system", "", "Be brief.", TOPIC, PEOPLE),
        "model": to("model", "writer", "other", TOPIC, PEOPLE),
    },
}
