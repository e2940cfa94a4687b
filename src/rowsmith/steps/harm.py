"""Harm in texts by rules of our own: who is attacked, and how, rather than which words occur.

A sentence counts where it insults, threatens, degrades or presses somebody: an insult with a person that it is aimed at, a threat with its victim, a
group with what is said of it. What is quoted with a word that reports or condemns it, marked as fiction, meant in friendship, or offered as help does
not. The rules are data: content/toxicity.yaml. They know English best, then German, French, Spanish and Italian, and a little of three others; what
is implied, or said in words that nobody has written down there, they miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from rowsmith.content import toxicity
from rowsmith.steps.linear import linear

CATEGORIES = ("threat", "hate", "self_harm", "sexual", "insult", "harassment")
LIKELY = "likely"
"""The category of what no rule names, and a model that has learnt from examples takes for harm."""
LIKELY_FROM = 0.95
"""From which probability it counts."""
LONGEST = 600
"""Most characters of a sentence that are looked at together."""
_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*[\"'”»)]*")
_MASKED = re.compile(r"\b[a-z]+[*#@$€%]+[a-z]*|\b[a-z](?:[-._ ][a-z]){2,}\b|\b[a-z]*[0-9$@!][a-z0-9$@!]*[a-z]\b|\bf'?ing\b")
_LEET = str.maketrans("013457$@!", "oieastsai")
_STRONG = (
    "fuck", "fucking", "fucked", "fucker", "shit", "shitty", "bitch", "bitches", "cunt", "asshole", "assholes", "bastard", "dick",
    "dickhead", "whore", "slut", "shithead", "bullshit", "motherfucker", "kys", "sex", "nigger", "faggot", "arschloch", "scheisse", "fotze",
    "salope", "connard", "puta", "mierda", "idiot", "moron", "retard", "prick", "twat", "piss", "kill", "die", "rape", "stupid",
)  # fmt: skip
_QUOTES = re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|„[^“”\n]{1,300}[“”]|«[^»\n]{1,300}»|‘[^’\n]{1,200}’(?!\w)|(?<!\w)'[^'\n]{2,200}'(?!\w)")


class Harm(NamedTuple):
    """What a sentence at [start, end) of a text does: a category, and how much speaks for it, 1 for a rule that is met, else a probability."""

    category: str
    start: int
    end: int
    score: float


def harms(text: str, likely: float = LIKELY_FROM) -> list[Harm]:
    """The harmful places of a text, in order; of a sentence the gravest category, as CATEGORIES sorts them. Where no rule is met, the place that the
    learnt model (content/weights/toxicity.bin) takes for harm with a probability of at least `likely`, if there is one; 1 asks the rules alone."""
    plain = unmasked(text.lower().replace("’", "'"))
    around = _Around(plain)
    found = [harm for start, end in _sentences(plain) if (harm := _judged(plain, start, end, around)) is not None]
    if found or likely >= 1:
        return found
    probability, start, end = linear("toxicity").likely(plain)
    return [Harm(LIKELY, start, end, round(probability, 4))] if probability >= likely else []


def unmasked(text: str) -> str:
    """A lower-case text with masked words written out, each as long as before: f*ck, sh1t, f-u-c-k, b****.

    >>> unmasked("you a**hole, f-u-c-k off")
    'you asshole, fuck    off'
    """
    return _MASKED.sub(lambda found: _word(found[0]), text)


class _Around:
    """What the whole text says of itself."""

    def __init__(self, text: str) -> None:
        context = _context()
        quotes = [one.span() for one in _QUOTES.finditer(text)]
        outside = _QUOTES.sub(" ", text) if quotes else text
        self.fiction = context["fiction"].search(outside) is not None
        self.friendly = context["friendly"].search(outside) is not None
        self.help = context["help"].search(outside) is not None
        self.reports = bool(quotes) and context["reports"].search(outside) is not None
        self.quotes = quotes

    def quoted(self, start: int, end: int) -> bool:
        """Whether a place, or most of it, stands within a quotation, or holds a whole one."""
        return any(min(end, stop) - max(start, begin) > min(end - start, stop - begin - 2) / 2 for begin, stop in self.quotes)


def _judged(text: str, start: int, end: int, around: _Around) -> Harm | None:
    sentence = text[start:end]
    absent = {name for name, words in _lists().items() if words.search(sentence) is None}
    for category in CATEGORIES:
        for needs, rule in _rules()[category]:
            if not needs & absent and any(not _excused(category, text, start, found, around) for found in rule.finditer(sentence)):
                return Harm(category, start, end, 1.0)
    return None


def _excused(category: str, text: str, start: int, found: re.Match[str], around: _Around) -> bool:
    context = _context()
    at, to = start + found.start(), start + found.end()
    if around.quoted(at, to) and (around.reports or around.fiction):
        return True
    if around.fiction and (around.quotes or category in ("threat", "insult", "harassment")) and not found[0].startswith(("you", "u ")):
        return True
    before = text[max(start, at - 60) : at + min(12, to - at)]
    if context["told"].search(text[max(start, at - 60) : at]) or (category in ("insult", "harassment") and context["self"].search(before)):
        return True
    return (category == "insult" and around.friendly) or (category == "self_harm" and around.help)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for one in _SENTENCE.finditer(text):
        for start in range(one.start(), one.end(), LONGEST):
            yield start, min(one.end(), start + LONGEST)


def _word(masked: str) -> str:
    """The word behind a mask, in the mask's own length; what hides none stays."""
    if masked in ("f'ing", "fing"):
        return "fucking"[: len(masked)] if len(masked) < 7 else "fucking"
    bare = re.sub(r"[-._ ]", "", masked) if re.fullmatch(r"[a-z](?:[-._ ][a-z])+", masked) else masked.translate(_LEET)
    if bare in _STRONG or any(bare.startswith(word) for word in _STRONG if len(word) > 3):
        return bare.ljust(len(masked))
    form = re.compile(re.sub(r"[*#@$€%]", "[a-z]", re.escape(masked).replace("\\*", "*").replace("\\#", "#").replace("\\$", "$").replace("\\@", "@")))
    return next((word for word in _STRONG if form.fullmatch(word)), masked) if re.search(r"[*#@$€%]", masked) else masked


@cache
def _rules() -> dict[str, list[tuple[frozenset[str], re.Pattern[str]]]]:
    """Each alternative of each rule, with the lists of which a sentence must have a word; those that need none are one pattern."""
    lists = toxicity()["words"]
    made: dict[str, list[tuple[frozenset[str], re.Pattern[str]]]] = {}
    for category, rules in toxicity()["rules"].items():
        apart: dict[tuple[frozenset[str], bool], list[str]] = {}
        for one in (one for rule in rules for one in _alternatives(rule)):
            at_word = one.startswith("\\b")  # together behind one \b, so that they are tried where a word begins and nowhere else
            apart.setdefault((frozenset(name for name in lists if f"{{{name}}}" in one), at_word), []).append(one.removeprefix("\\b"))
        made[category] = [(needs, _together(every, at_word)) for (needs, at_word), every in apart.items()]
    return made


def _together(alternatives: list[str], at_word: bool) -> re.Pattern[str]:
    return re.compile(rf"{chr(92) + 'b' if at_word else ''}(?:{'|'.join(map(_filled, alternatives))})")


@cache
def _lists() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rf"(?<!\w)(?:{words.replace(', ', '|')})") for name, words in toxicity()["words"].items()}


def _filled(rule: str) -> str:
    for name, words in toxicity()["words"].items():
        rule = rule.replace(f"{{{name}}}", f"(?:{words.replace(', ', '|')})")
    return rule


def _alternatives(rule: str) -> Iterator[str]:
    """The parts of a pattern between the bars that stand in no brackets."""
    depth, start, inside, at = 0, 0, False, 0
    while at < len(rule):
        char = rule[at]
        if char == "\\":
            at += 1
        elif inside or char == "[":
            inside = char != "]"
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not depth:
            yield rule[start:at]
            start = at + 1
        at += 1
    yield rule[start:]


@cache
def _context() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in toxicity()["context"].items()}

