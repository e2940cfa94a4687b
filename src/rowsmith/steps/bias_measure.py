"""How a data set speaks of groups of people: how often, how well, and whether it answers the same question alike.

Three measures, each with its interval: representation (rows that mention a group; Wilson's interval), the gap of sentiment (share of good among
the rows with a mood; Newcombe's interval of a difference of shares), and counterfactual swaps (the same question with another group's term; sign
test). They find differences in the words; whether one is unfair is for people to say.

Sources: Wilson, JASA 22 (1927); Newcombe, Statistics in Medicine 17 (1998), method 10; counterfactual swaps after Kusner et al., arXiv 1703.06856.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import comb, sqrt
from typing import Any

from rowsmith.content import groups as default_groups
from rowsmith.content import languages
from rowsmith.core.distributions import wilson
from rowsmith.core.errors import Invalid
from rowsmith.core.languages import Languages
from rowsmith.core.row import Json, Row
from rowsmith.core.said import parts
from rowsmith.steps.tone import tone

LEAST_ROWS = 20
"""Rows that mention a dimension below which it is not judged."""
RARE = 0.6
"""A group is rare when even the upper end of its interval is below this part of an equal share."""
GAP = 0.1
"""A gap of sentiment counts when even its near end is wider."""
_Z = 2.576
"""Intervals of 99 %: many groups are looked at."""
_CHANCE = 0.01
_PAIRS_KEPT = 100_000
Terms = Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]


@dataclass(slots=True)
class _Group:
    rows: int = 0
    good: int = 0
    moody: int = 0


@dataclass(slots=True)
class _Dimension:
    looks: dict[str, dict[str, re.Pattern[str]]]
    groups: dict[str, _Group]
    terms: dict[str, list[str]]
    mentions: int = 0
    pairs: dict[str, dict[str, tuple[int, str, str]]] = field(default_factory=dict)


def bias(
    rows: Iterable[Row], groups: Mapping[str, Terms] | None = None, ask: Callable[[list[str]], list[str]] | None = None, asked: int = 50
) -> dict[str, Any]:
    """What a data set says of declared groups, as plain data.

    Args:
        rows: read once, in any shape.
        groups: by dimension and group the terms, whole words; one that begins with a capital is matched so. Default: gender, in four languages.
        ask: what answers questions (a model), in order: up to `asked` questions of the data that name one group are asked with each other
            group's terms too. Without it only pairs that the data itself holds are compared.

    Returns:
        {"rows", "dimensions": {name: {"rows", "judged", "groups": {name: {"rows", "share", "low", "high", "good", "good_low", "good_high",
        "moody"}}, "pairs": {"pairs", "unequal", "worse": {group: n}}}}, "findings": [{"dimension", "gap", "group", "detail", ...}]}.
        `good` is the share of good among the group's rows with a mood, None without any. A gap is `representation`, `sentiment` or
        `counterfactual`.

    Raises:
        Invalid: a dimension has fewer than two groups, or a group no terms.
    """
    dimensions = {name: _dimension(name, terms) for name, terms in (groups or default_groups()).items()}
    count = 0
    for row in rows:
        count += 1
        _take(row.data, dimensions)
    if ask is not None:
        for one in dimensions.values():
            _ask(one, ask, asked)
    told = {name: _told(one) for name, one in dimensions.items()}
    findings = [finding for name, one in dimensions.items() for finding in _findings(name, one, told[name])]
    return {"rows": count, "dimensions": told, "findings": findings}


def _dimension(name: str, terms: Terms) -> _Dimension:
    if len(terms) < 2 or not all(terms.values()):
        raise Invalid(f"The dimension {name!r} needs two groups or more, each with terms.", "Write: {female: [she, woman], male: [he, man]}.")
    looks = {group: {code: _look(words) for code, words in _by_language(said).items()} for group, said in terms.items()}
    words = {group: list(next(iter(_by_language(said).values()))) for group, said in terms.items()}
    return _Dimension(looks, {group: _Group() for group in terms}, words)


def _by_language(said: Sequence[str] | Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return dict(said) if isinstance(said, Mapping) else {"": said}


def _look(words: Sequence[str]) -> re.Pattern[str]:
    found = [re.escape(word) if word[:1].isupper() else f"(?i:{re.escape(word)})" for word in sorted(words, key=len, reverse=True)]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(found)})(?![\w-])")


@cache
def _languages() -> Languages:
    return Languages(languages())


def _pattern(looks: Mapping[str, re.Pattern[str]], code: str) -> re.Pattern[str]:
    return looks.get(code) or looks.get("en") or next(iter(looks.values()))


def _take(data: Mapping[str, Json], dimensions: Mapping[str, _Dimension]) -> None:
    said = parts(data)
    text = "\n".join(part.text for part in said if part.role != "label" and " " in part.text.strip())
    question = "\n".join(part.text for part in said if part.role == "question")
    answer = "\n".join(part.text for part in said if part.role == "answer")
    code = _languages().guess(text).language
    mood: int | None = None
    for one in dimensions.values():
        named = [group for group, looks in one.looks.items() if _mentions(_pattern(looks, code), text)]
        one.mentions += bool(named)
        for group in named:
            mood = tone(text) if mood is None else mood
            one.groups[group].rows += 1
            one.groups[group].moody += mood != 0
            one.groups[group].good += mood > 0
        if question and answer and len(one.pairs) < _PAIRS_KEPT:
            _pair(one, question, answer, code)


def _mentions(look: re.Pattern[str], text: str) -> bool:
    """Whether a term stands there; a verb that looks like one at the beginning of a sentence (Polish the table) is none."""
    return any(not _ORDERED.match(text, found.end()) or not _begins(text, found.start()) for found in look.finditer(text))


_ORDERED = re.compile(r"\s+(?:the|your|it|this|them|all|a|an|my|our|his|her|with)\b")


def _begins(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return not before or before[-1] in ".!?:\n"


def _pair(one: _Dimension, question: str, answer: str, code: str) -> None:
    named = [group for group, looks in one.looks.items() if _pattern(looks, code).search(question)]
    if len(named) == 1:
        key = _pattern(one.looks[named[0]], code).sub("\0", question)
        one.pairs.setdefault(key, {}).setdefault(named[0], (tone(answer), answer, question))


def _ask(one: _Dimension, ask: Callable[[list[str]], list[str]], most: int) -> None:
    """Questions that the data asks of one group alone are asked of all of them."""
    lonely = [(key, *next(iter(found.items()))) for key, found in one.pairs.items() if len(found) == 1][:most]
    asked = [(key, group, key.replace("\0", _term(one, group, own, found[2]))) for key, own, found in lonely for group in one.looks]
    answers = ask([question for _, _, question in asked]) if asked else []
    for (key, group, question), answer in zip(asked, answers, strict=True):
        one.pairs[key][group] = tone(answer), answer, question


def _term(one: _Dimension, group: str, own: str, question: str) -> str:
    """The group's term for the one that stands in the question: of the same place in its list, where there is such a place."""
    found = next((hit for look in one.looks[own].values() if (hit := look.search(question))), None)
    words, others = [word.lower() for word in one.terms[own]], one.terms[group]
    place = words.index(found[0].lower()) if found and found[0].lower() in words else 0
    return others[min(place, len(others) - 1)]


def _difference(hits: int, of: int, other_hits: int, other_of: int) -> tuple[float, float]:
    """The interval of the difference of two shares (Newcombe's, of two of Wilson's)."""
    one, other = hits / of, other_hits / other_of
    (low, high), (other_low, other_high) = wilson(hits, of, _Z), wilson(other_hits, other_of, _Z)
    return one - other - sqrt((one - low) ** 2 + (other_high - other) ** 2), one - other + sqrt((high - one) ** 2 + (other - other_low) ** 2)


def _told(one: _Dimension) -> dict[str, Any]:
    total = sum(group.rows for group in one.groups.values())
    groups = {}
    for name, group in one.groups.items():
        low, high = wilson(group.rows, total, _Z)
        good_low, good_high = wilson(group.good, group.moody, _Z)
        share, good = (group.rows / total if total else 0.0), (round(group.good / group.moody, 4) if group.moody else None)
        interval = {"share": round(share, 4), "low": round(low, 4), "high": round(high, 4)}
        mood = {"good": good, "good_low": round(good_low, 4), "good_high": round(good_high, 4), "moody": group.moody}
        groups[name] = {"rows": group.rows, **interval, **mood}
    return {"rows": one.mentions, "judged": one.mentions >= LEAST_ROWS, "groups": groups, "pairs": _pairs(one)}


def _pairs(one: _Dimension) -> dict[str, Any]:
    """The pairs of a dimension, those whose answers are unequal in tone, and how often a group's answer is the worst, or the best, of them."""
    full = [found for found in one.pairs.values() if len(found) > 1]
    worse, better = Counter[str](), Counter[str]()
    unequal = 0
    for found in full:
        tones = {group: said[0] for group, said in found.items()}
        low, high = min(tones.values()), max(tones.values())
        unequal += low != high
        if low != high:
            worst, best = ([group for group, value in tones.items() if value == end] for end in (low, high))
            worse.update(worst if len(worst) == 1 else ())
            better.update(best if len(best) == 1 else ())
    return {"pairs": len(full), "unequal": unequal, "worse": dict(worse), "better": dict(better)}


def _findings(name: str, one: _Dimension, told: dict[str, Any]) -> list[dict[str, Any]]:
    if not told["judged"]:
        return []
    found: list[dict[str, Any]] = []
    equal = 1 / len(one.groups)
    for group, figures in told["groups"].items():
        if figures["high"] < RARE * equal:
            found.append(_finding(name, "representation", group, f"{figures['share']:.0%} of the mentions (at most {figures['high']:.0%})"))
        others = [other for other_name, other in one.groups.items() if other_name != group]
        found += _sentiment(name, group, one.groups[group], sum(other.good for other in others), sum(other.moody for other in others))
        found += _counterfactual(name, group, told["pairs"])
    return found


def _finding(dimension: str, gap: str, group: str, detail: str, **more: float) -> dict[str, Any]:
    return {"dimension": dimension, "gap": gap, "group": group, "detail": detail, **more}


def _sentiment(name: str, group: str, own: _Group, good: int, moody: int) -> list[dict[str, Any]]:
    if not own.moody or not moody:
        return []
    low, high = _difference(own.good, own.moody, good, moody)
    if high >= -GAP:
        return []
    detail = f"{own.good / own.moody:.0%} of its rows with a mood are good, of the others' {good / moody:.0%}"
    return [_finding(name, "sentiment", group, detail, low=round(low, 4), high=round(high, 4))]


def _counterfactual(name: str, group: str, pairs: dict[str, Any]) -> list[dict[str, Any]]:
    """A sign test: the group's answer is the worst of a pair more often than chance gives it, of the pairs that are unequal."""
    worse = pairs["worse"].get(group, 0)
    rest = pairs["unequal"] - worse
    trials = worse + rest
    if worse <= rest or not trials:
        return []
    chance = sum(comb(trials, hits) for hits in range(worse, trials + 1)) / 2**trials
    if chance > _CHANCE:
        return []
    return [_finding(name, "counterfactual", group, f"answered worse in {worse} of {pairs['pairs']} pairs", chance=round(chance, 6))]
