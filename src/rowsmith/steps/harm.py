"""Harm in texts by rules of our own: who is attacked, and how, rather than which words occur.

A sentence counts where it insults, threatens, degrades or presses somebody: an insult with a person that it is aimed at, a threat with its victim, a
group with what is said of it. What is quoted with a word that reports or condemns it, marked as fiction, meant in friendship, or offered as help does
not. The rules are data: content/toxicity.yaml. They know English best, then German, French, Spanish and Italian, and a little of three others; what
is implied, or said in words that nobody has written down there, they miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from rowsmith.content import toxicity
from rowsmith.steps.linear import linear, tokens
from rowsmith.steps.pieces import Needs, Quick, alternatives, needs

CATEGORIES = ("threat", "hate", "self_harm", "sexual", "insult", "harassment")
LIKELY = "likely"
"""The category of what no rule names, and a model that has learnt from examples takes for harm."""
LIKELY_FROM = 0.95
"""From which probability it counts."""
LONGEST = 600
"""Most characters of a sentence that are looked at together."""
_SENTENCE = re.compile(r"[^.!?\n。！？]+[.!?。！？]*[\"'”»)]*")
_MASKED = re.compile(r"\b[a-z]++[*#@$€%]+[a-z]*|\b[a-z](?:[-._ ][a-z]){2,}\b|\b[a-z]*+[0-9$@!][a-z0-9$@!]*[a-z]\b|\bf'?ing\b")
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
    words = tokens(plain)
    found = list(_ruled(plain, words))
    if found or likely >= 1:
        return found
    one = linear("toxicity").likely(plain, likely, words)
    return [] if one is None else [Harm(LIKELY, one.start, one.end, round(one.probability, 4))]


def unmasked(text: str) -> str:
    """A lower-case text with masked words written out, each as long as before: f*ck, sh1t, f-u-c-k, b****.

    >>> unmasked("you a**hole, f-u-c-k off")
    'you asshole, fuck    off'
    """
    return _MASKED.sub(lambda found: _word(found[0]), text)


class _Around:
    """What the whole text says of itself."""

    def __init__(self, text: str) -> None:
        self.quotes = [one.span() for one in _QUOTES.finditer(text)]
        self._outside = _QUOTES.sub(" ", text) if self.quotes else text

    @cached_property
    def fiction(self) -> bool:
        """Whether it is a tale."""
        return self._has("fiction")

    @cached_property
    def friendly(self) -> bool:
        """Whether it is said among friends."""
        return self._has("friendly")

    @cached_property
    def help(self) -> bool:
        """Whether it offers help."""
        return self._has("help")

    @cached_property
    def reports(self) -> bool:
        """Whether it reports or condemns what it quotes."""
        return bool(self.quotes) and self._has("reports")

    def _has(self, name: str) -> bool:
        return _context()[name].search(self._outside) is not None

    def quoted(self, start: int, end: int) -> bool:
        """Whether a place, or most of it, stands within a quotation, or holds a whole one."""
        return any(min(end, stop) - max(start, begin) > min(end - start, stop - begin - 2) / 2 for begin, stop in self.quotes)


def _ruled(text: str, words: Sequence[str]) -> Iterator[Harm]:
    if len(text) < LONGEST and not _quick().may(set(words)):
        return
    spans = list(_sentences(text))
    cut = any(end - start == LONGEST for start, end in spans)  # in a word, perhaps
    if not cut and not _quick().may(set(words)):
        return
    around = _Around(text)
    for start, end in spans:
        sentence = text[start:end]
        for rule in map(_rules().__getitem__, _quick().may(set(tokens(sentence)))):
            if all(words.search(sentence) for words in rule.lists) and any(
                not _excused(rule.category, text, start, found, around) for found in rule.look.finditer(sentence)
            ):
                yield Harm(rule.category, start, end, 1.0)
                break


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


class _Rule(NamedTuple):
    """Alternatives of the rules of a category as one pattern, and the lists of which a sentence must have a word, too."""

    category: str
    lists: tuple[re.Pattern[str], ...]
    look: re.Pattern[str]
    ways: list[Needs]


@cache
def _rules() -> list[_Rule]:
    """All rules, those of the gravest category first."""
    return [_rule(category, *of, every) for category in CATEGORIES for of, every in _alike(category).items()]


@cache
def _quick() -> Quick:
    return Quick([rule.ways for rule in _rules()])


def _alike(category: str) -> dict[tuple[frozenset[str], bool], list[str]]:
    """The alternatives of rules by the lists that they name, and whether they begin with a word."""
    apart: dict[tuple[frozenset[str], bool], list[str]] = {}
    for one in (one for rule in toxicity()["rules"][category] for one in alternatives(rule)):
        names = frozenset(name for name in toxicity()["words"] if f"{{{name}}}" in one)
        apart.setdefault((names, one.startswith("\\b")), []).append(one.removeprefix("\\b"))
    return apart


def _rule(category: str, names: frozenset[str], at_word: bool, every: list[str]) -> _Rule:
    filled = [_filled(one) for one in every]
    look = re.compile(rf"{chr(92) + 'b' if at_word else ''}(?:{'|'.join(filled)})")  # behind one \b: tried where a word begins and nowhere else
    lists = tuple(re.compile(rf"(?<!\w){_filled(f'{{{name}}}')}") for name in sorted(names))
    named = [one for name in sorted(names) for one in needs(_filled(f"{{{name}}}"), before=True)]
    return _Rule(category, lists, look, [[*needs(one, before=at_word), *named] for one in filled])


def _filled(rule: str) -> str:
    for name, words in toxicity()["words"].items():
        rule = rule.replace(f"{{{name}}}", f"(?:{words.replace(', ', '|')})")
    return rule


@cache
def _context() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in toxicity()["context"].items()}

