"""The numbers of a text, whatever their writing: figures, words, fractions, percentages, dates, times of day, rates, with their units made one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from rowsmith.content import entailment, numbers

_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})[:h](?P<minute>\d{2})\b|\bhalf past (?P<half>\w+)"
    r"|\b(?P<noon>noon|midday|midnight|Mittag|Mitternacht|midi|minuit|mediodía|medianoche)\b"
    r"|\b(?P<clock>\d{1,2}|\w+) ?(?:o'clock|o’clock|[ap]\.?m\b\.?|Uhr\b(?! \d))"
    r"|\b(?P<some>quarter|[\w-]+)(?: minutes?)? (?P<side>past|to|after|before) (?P<full>\w+)\b(?! (?:hours?|minutes?|days?|weeks?|years?|months?))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\d{1,3}(?:[.,\u202f\u00a0 ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|km²|m²|[%€]|[^\W\d_]+(?:-[^\W\d_]+)*")
_IN = re.compile(r"\b(one|1|ein\w*|una?|un)(?: [^\W\d_]+)? (?:in|out of|von|sur|de cada) (?:every )?$", re.IGNORECASE)
_PER = frozenset(("a", "an", "per", "each", "every", "pro", "je", "im", "al", "par", "por", "cada", "die", "eine", "le", "la"))
_AT = re.compile(r"\b(?:at|until|till|by) $", re.IGNORECASE)
_ONE = frozenset(("a", "an", "one", "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "uno"))
_MORE = frozenset(("more", "further", "other", "full", "whole", "weitere", "ganze", "volle", "más", "autres"))
_DIGITS = re.compile(r"\d")


class Quantity(NamedTuple):
    """A number of a text in the unit of its kind (`time` in seconds, `money` in euros ...; empty: a bare number). `near`: said to be about it."""

    value: float
    kind: str
    start: int
    end: int
    near: bool
    raw: float = 0.0
    """The number as it stands, without its unit."""


@cache
def units() -> dict[str, tuple[str, float]]:
    """The kind and factor of a unit by its names."""
    return {name.replace("_", " "): (kind, float(factor)) for kind, units in entailment()["units"].items() for name, factor in units.items()}


@cache
def _about() -> frozenset[str]:
    return frozenset(entailment()["near"].split())


@cache
def months() -> dict[str, int]:
    """The number of a month by its names."""
    return {name: number for number, names in enumerate(entailment()["months"], 1) for name in names}


@lru_cache(maxsize=64)
def quantities(text: str, articles: bool = False) -> tuple[Quantity, ...]:
    """The numbers of a text in order. `one`, which is seldom a number, is none; with `articles`, `a metre` is one metre."""
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []
    for date in _DATE.finditer(text):
        found += [Quantity(float(date[part]), "", *date.span(part), False, float(date[part])) for part in (1, 3)]
        taken.append(date.span())
    for clock in _CLOCK.finditer(text):
        if (hours := _hours(clock)) is not None:
            found.append(Quantity(hours, "clock", *clock.span(), False))
            taken.append(clock.span())
    tokens = [one for one in _TOKEN.finditer(text) if not any(start <= one.start() < end for start, end in taken)]
    found += _ones(text, tokens) if articles else []
    return tuple(sorted([*found, *_from(text, tokens)], key=lambda one: one.start))


def _hours(clock: re.Match[str]) -> float | None:
    """The time of day that a writing of it means, in hours; None where it only looks like one."""
    if clock["hour"]:
        return float(clock["hour"]) + int(clock["minute"]) / 60
    if clock["some"] and clock["side"].lower() != "past" and not _is_clock(clock):
        return None
    if clock["noon"]:
        return 12.0
    if clock["clock"]:
        return _spoken(clock["clock"])
    hour = _spoken(clock["half"] or clock["full"])
    minutes = 30.0 if clock["half"] else 15.0 if clock["some"].lower() == "quarter" else _spoken(clock["some"])
    if hour is None or minutes is None or not 1 <= hour <= 12 or minutes >= 60:
        return None
    return hour - minutes / 60 if clock["side"] in ("to", "before") else hour + minutes / 60


def _is_clock(clock: re.Match[str]) -> bool:
    """Whether "ten to five" is a time of day, and not a span: from 14 to 5."""
    if "minute" in clock[0] or clock["some"].lower() == "quarter":
        return True
    return not any(map(str.isdigit, clock[0])) and _AT.search(clock.string, 0, clock.start()) is not None


def _spoken(word: str) -> float | None:
    return float(word) if word.isdigit() else 1.0 if word.lower() == "one" else _number(word.lower())


def _ones(text: str, tokens: list[re.Match[str]]) -> Iterator[Quantity]:
    for article, noun in pairwise(tokens):
        if article[0].lower() in _ONE and noun[0].lower() in units():
            kind, factor = units()[noun[0].lower()]
            yield Quantity(factor, kind, article.start(), noun.end(), False, 1.0)


def _from(text: str, tokens: list[re.Match[str]]) -> Iterator[Quantity]:
    place = 0
    while place < len(tokens):
        value, after = _value(tokens, place)
        if value is None:
            place += 1
            continue
        first = tokens[place]
        before = [token[0].lower() for token in tokens[max(0, place - 2) : place]]
        near = bool(before) and (before[-1] in _about() or (before[-1] in _ONE and before[0] in _about()))
        if _IN.search(text, max(0, first.start() - 30), first.start()) and value:
            yield Quantity(1 / value, "share", first.start(), tokens[after - 1].end(), near, 1 / value)
        else:
            kind, factor, end = _unit(tokens, after)
            yield Quantity(value * factor, kind, first.start(), tokens[end - 1].end(), near, value)
        place = after


def _value(tokens: list[re.Match[str]], place: int) -> tuple[float | None, int]:
    """The number that begins at a token, and the token after it."""
    word = tokens[place][0].lower()
    scales, parts = entailment()["scales"], entailment()["parts"]
    if _DIGITS.match(word):
        value: float | None = _figure(word)
    elif word in entailment()["multiples"]:
        return float(entailment()["multiples"][word]), place + 1
    else:
        value = _number(word)
        if value is None and word in parts and not (word == "third" and _month(tokens, place + 2)):  # the third of March
            return float(parts[word]), place + 1
        if value is None and word in entailment()["ordinals"]:
            value = float(entailment()["ordinals"][word])
        if value is None and word in scales and len(word) > 2:
            value = 1.0
            place -= 1
    if value is None:
        return None, place + 1
    place += 1
    if value > 1 and place < len(tokens) and (part := parts.get(tokens[place][0].lower())) and tokens[place][0].lower() != "second":
        return value * float(part), place + 1  # three quarters
    while place < len(tokens) and (scale := scales.get(tokens[place][0].lower())) and len(tokens[place][0]) > 1:
        value *= float(scale)
        place += 1
        rest = tokens[place][0].lower() if place < len(tokens) else ""
        if scale >= 100 and rest and not _DIGITS.match(rest) and _number(rest):  # six thousand two hundred
            more, after = _value(tokens, place)
            if more and more < scale:
                return value + more, after
    return value, place


def _month(tokens: list[re.Match[str]], place: int) -> bool:
    return place < len(tokens) and tokens[place][0].lower() in months()


def _number(word: str) -> float | None:
    known = numbers()
    if word in known:
        return float(known[word])
    tens, dash, ones = word.partition("-")
    if ones == "one" and tens in known:
        return float(known[tens] + 1)
    return float(known[tens] + known[ones]) if dash and tens in known and ones in known else None


def _figure(word: str) -> float:
    """A figure by its own marks: 1,080 and 1.500 are thousands, 4,50 and 0.4 are not."""
    plain = re.sub(r"[\u202f\u00a0 ]", "", word)
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) and not plain.startswith("0"):
        return float(re.sub(r"[.,]", "", plain))
    whole, mark, rest = plain.rpartition("," if plain.rfind(",") > plain.rfind(".") else ".")
    return float(re.sub(r"[.,]", "", whole) + "." + rest) if mark else float(plain)


def _unit(tokens: list[re.Match[str]], place: int) -> tuple[str, float, int]:
    """Kind and factor of the unit behind a number, its rate too, and the token after it."""
    known = units()
    words = [token[0].lower() for token in tokens[place : place + 7]]
    half = place > 0 and tokens[place - 1][0].lower() in entailment()["parts"]
    skipped = int(words[:1] in ([["de"], ["of"], ["a"], ["an"]] if half else [["de"], ["of"]]) and len(words) > 1 and words[1] in known)
    if half and words[:1] in (["of"], ["de"]) and words[1:2] and words[1] in _ONE and words[2:3] and words[2] in known:
        skipped = 2
    skipped = 1 if words[:1] and words[0] in _MORE and words[1:2] and words[1] in known else skipped
    words, shift = words[skipped:], place + skipped
    for size in (2, 1):
        if size <= len(words) and (found := known.get(" ".join(words[:size]))):
            kind, factor = found
            rest = words[size + 2 :] if words[size : size + 1] in (["of"], ["de"]) else words[size:]  # litres of grain a minute
            if len(rest) > 1 and rest[0] in _PER and (per := known.get(rest[1])) and per[0] == "time" and kind not in ("time", "months"):
                return f"{kind}/{per[0]}", factor / per[1], shift + size
            return kind, factor, shift + size
    if len(words) > 1 and words[0] in _PER and (per := known.get(words[1])) and per[0] == "time":
        return "rate", 1.0 / per[1], place
    return "", 1.0, place
