"""Results of `rowsmith quality` as the report gets them: a rich one, an empty one, one with very many flags, and a hostile one."""

from __future__ import annotations

import random
from typing import Any

from rowsmith.content import quality
from rowsmith.core.quality import Grading, Part, measure

GRADING = Grading.model_validate(quality())
REASONS: dict[str, dict[str, str]] = {
    "duplicates": {"duplicate": "Says the same as row 4f0b1f6e2c."},
    "near-duplicates": {"near_duplicate": "92 % of its words are those of row 81c93c0a7d, in the same order."},
    "semantic-duplicates": {"paraphrase": "Means the same as row 0cc175b9c0 (cosine 0.94)."},
    "contamination": {"ngram": "13 words in a row are those of question 114 of the evaluation set."},
    "grounding": {"unsupported": "“The reactor was shut down in 1997.” is not in the source.", "number": "The answer says 1,250, the source 1,205."},
    "toxicity": {"insult": "The answer insults the person who asks.", "threat": "“… or you will be sorry”"},
    "pii": {
        "email": "An e-mail address: m…@example.org.", "phone": "A phone number: +49 30 ••••••12.",
        "card": "A card number whose digits check: ••••4242.", "iban": "An IBAN: DE••3000.",
    },
    "form": {
        "refusal": "The answer refuses: “I’m sorry, but I can’t help with …”", "truncated": "The answer ends within a sentence.",
        "placeholder": "“[insert name here]” was never filled in.", "copied": "The answer repeats the question.", "short": "The answer has 2 words.",
    },
    "language": {"other_language": "Asked in German, answered in English."},
    "injection": {"ignore_instructions": "“Ignore all previous instructions and …”"},
}  # fmt: skip
FLAGGED = {
    "duplicates": 38, "near-duplicates": 61, "semantic-duplicates": 47, "contamination": 6, "grounding": 84, "toxicity": 4, "pii": 29, "form": 87,
    "language": 12, "injection": 1,
}  # fmt: skip
WHAT = {
    "duplicates": "rows that another row repeats word for word", "near-duplicates": "rows that are nearly the same as another",
    "semantic-duplicates": "rows that mean the same as another", "contamination": "rows that overlap with an evaluation set",
    "grounding": "answers with a sentence that the source does not support", "toxicity": "rows with insults, threats or hate",
    "pii": "rows with personal data", "form": "refusals, cut answers, placeholders, copies", "language": "rows in a language that was not asked for",
    "injection": "rows that speak to the model that reads them", "diversity": "distinct words, self-BLEU and dispersion of meanings",
}  # fmt: skip


def row_id(number: int) -> str:
    """An id as rows have them."""
    return random.Random(number).randbytes(16).hex()


def rich(rows: int = 1000, seed: int = 1) -> dict[str, Any]:
    """A dataset as one meets it: mostly good, a few things to do."""
    chance = random.Random(seed)
    share = rows / 1000
    flags, counts = _flags(chance, rows, {check: round(n * share) for check, n in FLAGGED.items()})
    parts = [GRADING.part(check, WHAT[check], sum(counts[check].values()), rows) for check in REASONS]
    parts.append(GRADING.scored("diversity", WHAT["diversity"], 0.74, 0, rows))
    score = GRADING.whole(parts)
    assert score is not None
    return {
        "dataset": "support-qa", "version": "v12", "run": "r-20", "rows": rows, "unread": {"bad_json": 3},
        "checks": [*REASONS, "diversity", "bias"], "grade": GRADING.grade(score), "score": score, "parts": [part.dump() for part in parts],
        "flags": flags, "counts": counts, **_measured(chance, rows),
        "sources": [{"name": name, "rows": round(n * share)} for name, n in _SOURCES.items()],
        "languages": {"de": round(612 * share), "en": round(331 * share), "fr": round(40 * share), "und": round(17 * share)},
        "clusters": _clusters(rows), "diversity": _diversity(chance, rows), "bias": _BIAS, "topics": _TOPICS,
        "funnel": _FUNNEL, "cost_per_row_usd": 0.00184,
        "against": _against(), "gate": None, "judges": _JUDGES, "notes": [], "recommendations": _ADVICE,
        "not_measured": [
            {"check": "labels", "why": "No row has a label.", "fix": "rowsmith quality support-qa --checks labels"},
            {"check": "bias", "why": "No groups are declared.", "fix": "Declare groups in a file."},
        ],
    }  # fmt: skip


def empty() -> dict[str, Any]:
    """A dataset without rows: nothing was measured, nothing may be invented."""
    none = {"count": 0, "mean": None, "low": None, "high": None, "bins": []}
    return {
        "dataset": "nothing", "version": None, "run": "r-1", "rows": 0, "unread": {}, "checks": ["duplicates", "pii"], "grade": "", "score": 0.0,
        "parts": [], "flags": [], "counts": {}, "measures": {"pii": none}, "lengths": {"question": none}, "languages": {}, "sources": [],
        "clusters": [], "diversity": None, "bias": None, "funnel": None, "cost_per_row_usd": None, "against": None, "gate": None, "notes": [],
        "not_measured": [{"check": "pii", "why": "There are no rows.", "fix": ""}], "recommendations": [],
    }  # fmt: skip


def many(flags: int = 200_000, rows: int = 100_000) -> dict[str, Any]:
    """A large dataset in which nearly everything is flagged."""
    chance = random.Random(7)
    kinds = [(check, reason, detail) for check, reasons in REASONS.items() for reason, detail in reasons.items()]
    found = [_flag(i * rows // flags + 1, *chance.choice(kinds[1:]), chance.random()) for i in range(flags)]
    found[10:12] = [_flag(6, *kinds[0], 1.0), _flag(7, *kinds[0], 1.0)]  # two of a reason among all the others
    counts: dict[str, dict[str, int]] = {}
    for one in found:
        of_check = counts.setdefault(one["check"], {})
        of_check[one["reason"]] = of_check.get(one["reason"], 0) + 1
    clusters = [{"check": "near-duplicates", "size": 2 + i % 40, "rows": [i, i + 1], "text": "x" * 500} for i in range(5000)]
    sources = [{"name": f"folder/page-{i}.html", "rows": 10} for i in range(10_000)]
    return {**rich(), "rows": rows, "version": None, "flags": found, "counts": counts, "clusters": clusters, "sources": sources}


EVIL = """</script></style></title>--><script>document.title='OUT'</script><img src=x onerror="document.title='OUT'">'"`&amp;{{7*7}}{% x %}"""
EVIL += "\x00\x1b\x9f\u202ereversed\u2066\ufdd0\ufffe\ud800\U000e0041\u200b\r\n\tjavascript:alert(1) &#x3c;b&gt;"


def hostile() -> dict[str, Any]:
    """Everything that a stranger could have written, everywhere."""
    return _spoiled(rich(200))


def _spoiled(value: Any) -> Any:
    if isinstance(value, dict):
        keeps = {"rows", "weight", "count", "size", "from", "to", "kept", "came"}
        return {key: one if key in keeps and not isinstance(one, list) else _spoiled(one) for key, one in value.items()} | (
            {EVIL: 3} if value and all(isinstance(one, int) and not isinstance(one, bool) for one in value.values()) else {}
        )
    if isinstance(value, list):
        return [_spoiled(one) for one in value]
    return f"{EVIL}{value}" if isinstance(value, str) else value


def _flags(chance: random.Random, rows: int, flagged: dict[str, int]) -> tuple[list[dict[str, Any]], dict[str, dict[str, int]]]:
    flags, counts = [], {}
    for check, n in flagged.items():
        reasons = list(REASONS[check].items())
        counts[check] = dict.fromkeys(REASONS[check], 0)
        for row in sorted(chance.sample(range(rows), n)):
            reason, detail = chance.choices(reasons, [1 / (i + 1) for i in range(len(reasons))])[0]
            counts[check][reason] += 1
            flags.append(_flag(row_id(row), check, reason, detail, round(chance.uniform(0.4, 1), 3)))
    return sorted(flags, key=lambda one: str(one["row"])), counts


def _flag(row: str | int, check: str, reason: str, detail: str, score: float) -> dict[str, Any]:
    span = None if "duplicate" in check else [12, 12 + len(detail)]
    path = "" if span is None else "messages[1].content"
    return {"row": row, "check": check, "score": score, "reason": reason, "detail": detail, "path": path, "span": span}


def _measured(chance: random.Random, rows: int) -> dict[str, Any]:
    return {
        "measures": {
            "grounded": measure(min(1.0, max(0.0, chance.betavariate(9, 2))) for _ in range(rows)),
            "toxicity": measure(chance.choice([0, 0, 0, 0, 0.02, chance.random() ** 6]) for _ in range(rows)),
            "difficulty": measure(chance.choices([1, 2, 3, 4, 5], [8, 31, 40, 16, 5])[0] for _ in range(rows)),
            "judge": measure(chance.gauss(7.1, 1.2) for _ in range(rows // 2)),
            "contamination": {"count": 0, "mean": None, "low": None, "high": None, "bins": []},
            "language": measure([1.0] * rows),
        },
        "lengths": {
            "question": measure(max(3, int(chance.gauss(17, 6))) for _ in range(rows)),
            "answer": measure(max(1, int(chance.lognormvariate(4.1, 0.7))) for _ in range(rows)),
        },
    }


def _diversity(chance: random.Random, rows: int) -> dict[str, Any]:
    middles = ((0.25, 0.3), (0.7, 0.25), (0.55, 0.75))
    topics = [chance.choices(range(3), (42, 32, 26))[0] for _ in range(min(rows, 240))]
    points = [
        {"row": row_id(n), "text": f"How do I do number {n}?", "topic": topic, "x": round(chance.gauss(middles[topic][0], 0.08) % 1, 3),
         "y": round(chance.gauss(middles[topic][1], 0.08) % 1, 3)}
        for n, topic in enumerate(topics)
    ]  # fmt: skip
    return {**_DIVERSITY, "map": {"rows": len(points), "of": rows, "by": "words", "points": points}}


def _against() -> dict[str, Any]:
    worse = {**FLAGGED, "duplicates": 66, "grounding": 121, "pii": 71, "form": 118, "language": 12}
    parts: list[Part] = [GRADING.part(check, "", n, 940) for check, n in worse.items() if check != "injection"]
    parts.append(GRADING.scored("labels", "", 0.88, 12, 940))
    score = GRADING.whole(parts)
    assert score is not None
    return {"name": "support-qa", "version": "v11", "grade": GRADING.grade(score), "score": score, "parts": [p.dump() for p in parts], "rows": 940}


def _clusters(rows: int) -> list[dict[str, Any]]:
    texts = [
        "How do I reset the password of my account when I no longer have the old e-mail address?",
        "Wie lange dauert die Lieferung nach Österreich, und was kostet sie?",
        "The invoice shows another amount than the order confirmation. Which of the two is right, and whom do I ask to have it put right?",
        "Kann ich den Vertrag vor Ablauf der zwei Jahre kündigen?",
    ]
    checks = ["near-duplicates", "semantic-duplicates", "near-duplicates", "duplicates"]
    return [
        {"check": checks[i], "size": size, "rows": [row_id(n * 7 % rows) for n in range(i * 30, i * 30 + min(size, 20))], "text": texts[i]}
        for i, size in enumerate((34, 12, 5, 2))
    ]


_SOURCES = {
    "handbook.pdf": 388, "https://example.org/help": 241, "faq.md": 143, "tickets/2026-08.jsonl": 118, "tickets/2026-09.jsonl": 96, "terms.html": 14,
}  # fmt: skip
_DIVERSITY: dict[str, Any] = {
    "distinct_1": 0.213, "distinct_2": 0.681, "self_bleu": 0.27, "vendi": {"value": 41.7, "low": 39.2, "high": 44.1}, "rows": 1000,
    "topics": {
        "count": 3, "effective": 2.96,
        "largest": [
            {"share": n / 1000, "rows": n, "words": words}
            for n, words in ((420, ["delivery", "parcel", "days"]), (320, ["invoice", "billing", "amount"]), (260, ["password", "account"]))
        ],
    },
    "findings": ["A quarter of all questions begins with “How do I”.", "Topic of the brief without a row: returns from abroad."],
}  # fmt: skip
_BIAS: dict[str, Any] = {
    "groups": {
        "women": {"rows": 131, "share": 0.131, "sentiment": {"mean": 0.12, "low": 0.08, "high": 0.16}},
        "men": {"rows": 207, "share": 0.207, "sentiment": {"mean": 0.11, "low": 0.08, "high": 0.14}},
    },
    "gap": {"value": 0.01, "low": -0.04, "high": 0.06},
    "findings": ["Men are named 1.6 times as often as women."],
}
_TOPICS: dict[str, Any] = {
    "asked": "topics.txt", "by": "words", "rows": 1000, "measured": 1000, "score": 0.71, "counts": {"covered": 3, "thin": 1, "missing": 1},
    "topics": [
        {"topic": name, "state": state, "rows": n, "share": n / 1000, "wanted": 66.67, "examples": examples}
        for name, state, n, examples in (
            ("Delivery > Delivery times", "covered", 264, [{"row": row_id(3), "text": "How long does delivery to Austria take?"}]),
            ("Delivery > Costs of delivery", "covered", 131, []), ("Billing > Invoices", "covered", 240, []),
            ("Returns > Returns from abroad, and who pays for the parcel that was sent back", "thin", 9, []), ("Gift cards", "missing", 0, []),
        )
    ],
    "none": {"rows": 356, "share": 0.356, "examples": [{"row": row_id(9), "text": "What is the weather like in Oslo today?"}]},
    "findings": [], "not_measured": [],
}  # fmt: skip
_JUDGES: list[dict[str, Any]] = [
    {
        "score": "judge", "rows": 500, "by": {"openai/gpt-4o": 500, "anthropic/claude-sonnet": 500}, "rubrics": {"9f3a12bc": 500},
        "made_by": ["openai/gpt-4o-mini"], "agreed": {"rows": 500, "alpha": 0.71, "interval": [0.64, 0.77], "apart": 41},
        "constant": {"score": 8.0, "share": 0.31},
        "length": {"rows": 500, "correlation": 0.34, "interval": [0.23, 0.44], "held": 0.28, "held_rows": 80, "held_interval": [0.0, 0.52]},
        "longer": None, "places": None, "verdicts": {},
        "each": {
            "openai/gpt-4o": {"rows": 500, "mean": 7.42, "with_people": 0.61},
            "anthropic/claude-sonnet": {"rows": 500, "mean": 6.88, "with_people": 0.66},
        },
        "people": {
            "rows": 80, "spearman": 0.64, "interval": [0.48, 0.76], "area": 0.87, "kappa": {"value": 0.55, "low": 0.36, "high": 0.74, "rows": 78},
            "among": {"value": 0.69, "low": 0.51, "high": 0.87, "rows": 40},
        },
        "warnings": [
            "scores.judge: The judge openai/gpt-4o is of the family of openai/gpt-4o-mini, which made the rows; judges favour their own.",
            "scores.judge: longer answers score higher (Spearman 0.34, at least 0.23 in size); reviews tell whether people think so, too.",
        ],
    },
    {
        "score": "preference", "rows": 240, "by": {"openai/gpt-4o": 240}, "rubrics": {}, "made_by": ["openai/gpt-4o-mini"], "agreed": None,
        "constant": None, "length": None, "longer": {"pairs": 180, "longer": 131, "interval": [0.63, 0.81]},
        "places": {"asked": 240, "first": 31, "second": 9, "interval": [0.11, 0.24], "favour": [0.55, 0.92]},
        "verdicts": {"first": 97, "second": 83, "tie": 60}, "each": {}, "people": None,
        "warnings": ["scores.preference: The judge favours the first place: 31 times the first, 9 times the second."],
    },
]
_FUNNEL = [
    {"step": "read", "came": 0, "made": 1480, "kept": 1480, "dropped": {}, "failed": {}},
    {"step": "chunk", "came": 1480, "made": 2210, "kept": 2102, "dropped": {"too_short": 108}, "failed": {}},
    {"step": "ask", "came": 2102, "made": 2102, "kept": 1894, "dropped": {"no_question": 166}, "failed": {"cut_off": 31, "no_json": 11}},
    {"step": "grounded", "came": 1894, "made": 0, "kept": 1377, "dropped": {"unsupported": 517}, "failed": {}},
    {"step": "judge", "came": 1377, "made": 0, "kept": 1093, "dropped": {"below_7": 284}, "failed": {}},
    {"step": "same", "came": 1093, "made": 0, "kept": 1000, "dropped": {"near_duplicate": 71, "duplicate": 22}, "failed": {}},
]
_ADVICE = [
    {
        "what": "Remove the 6 rows that overlap with the evaluation set: what is trained on them is not measured by it.", "rows": 6,
        "command": "rowsmith shape support-qa --drop 'scores.contamination > 0' -o support-qa-clean",
    },
    {
        "what": "Check the answers with a sentence that their source does not support.", "rows": 164,
        "command": "rowsmith rows support-qa@v12 --where \"scores.grounded < 0.6\"",
    },
    {"what": "Mask personal data.", "rows": 29, "command": "rowsmith redact support-qa -o support-qa-masked"},
]  # fmt: skip
