"""Rules that turn an English sentence into a question which a piece of that sentence answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from rowsmith.steps.markdown import MOST_PLAIN, Block, plain
from rowsmith.steps.passage import Found, Passage
from rowsmith.steps.prose import listed, word_count

BARRED = re.compile(
    r"\b(?:that|which|who|whose|if|when|while|as|because|not|is|are|was|were|be|been|do|does|did|has|have|had|can|could|will|would|may|might|must|should|"
    r"there|to|than|but|or|both|only|what|how|why|where)\b|[,;:=]",
    re.I,
)
"""What a noun phrase does not hold."""
_EMPTY = listed(
    "first second third last rest result results reason point problem idea other others one ones same goal aim answer question example way "
    "trick catch difference thing things exception default"
)
_BEFORE_A_NOUN = listed("before after in on at with without by from for during between under over of as like within until since per through across")
_NUMBER = r"(?:\d[\d,. ]*\d|\d)(?:\s?(?:%|[kKMG]i?B))?|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|hundred)"
_BARE = listed("port version size limit number count default maximum minimum threshold value year total population length depth seed age")
"""Nouns whose number needs no unit."""
_ABOUT = r"(?:about|around|at most|at least|up to|exactly|only|roughly|nearly|almost|more than|less than|over|under)"
_DEFINITION = re.compile(
    r"(?P<term>\S+(?:\s+\S+){0,6}?)\s+(?P<verb>is|are)\s+"
    r"(?=(?:an?|the|one|any|each|every)\s|[a-z-]+(?:\s[a-z-]+)?s\s(?:that|which|who|used|made|for)\s)"
)
_MEANING = re.compile(r"(?P<term>\S+(?:\s+\S+){0,4}?)\s+(?:(?P<s>means|stands\s+for|refers\s+to)|(?P<p>mean|stand\s+for|refer\s+to))\s")
_IS_NUMBER = re.compile(
    rf"(?P<term>\S+(?:\s+\S+){{1,7}}?)\s+(?P<verb>is|are|was|were)\s+(?P<answer>(?:{_ABOUT}\s+)?(?:{_NUMBER})(?:\s+[a-z]+){{0,3}})(?=[.,;]|\s\(|$)"
)
_VERBS = {
    verb + "s": verb
    for verb in listed(
        "hold contain take need use keep cost weigh last include read write support allow require send make give cover serve store offer "
        "provide measure show open list accept wait run return"
    )
} | {"has": "have"}
_HAS_NUMBER = re.compile(
    rf"(?P<term>\S+(?:\s+\S+){{0,5}}?)\s+(?P<verb>{'|'.join([*_VERBS, *_VERBS.values()])})\s+"
    rf"(?P<answer>(?:{_ABOUT}\s+)?(?:{_NUMBER})\s+(?P<noun>[a-z][a-z-]*(?:\s+of\s+[a-z-]+)?))"
    r"(?P<rest>(?:\s+(?:in|on|at|per|for|from|by|with|every|each|within)\s+[^.,;:()]+)?)(?=[.,;:(]|$)"
)
_MONTH = r"(?:(?:\d{1,2}\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,2},)?\s+)?"
_DATE = re.compile(
    rf"(?P<term>\S+(?:\s+\S+){{0,6}}?)\s+(?P<verb>was|were)\s+(?P<what>(?:first\s+)?[a-z]+(?:ed|en|un|own|uilt|ade|orn|ld)(?:\s+(?!in\b)[^\s,.]+){{0,4}})\s+"
    rf"(?P<answer>(?:in|on)\s+{_MONTH}(?:1\d|20)\d\d)\b"
)
_REASON = re.compile(
    r"(?P<term>\S+(?:\s+\S+){0,6}?)\s+(?P<verb>is|are|was|were|can|cannot|must|should|may|will)\s+(?P<what>[^,;:.]+?),?\s+"
    r"(?P<answer>because\s.+)$",
    re.S,
)
_TO = re.compile(r"To\s+(?P<what>(?!be\b|this\b|that\b)[a-z][^,.;:]+),\s+(?P<answer>\S.+)$", re.S)
_USE = re.compile(
    r"(?P<answer>(?:Use|Run|Set|Call|Add|Pass|Give|Press|Click|Choose|Open|Type|Install)\s+(?:(?!\bto\s)[^.;:])+?)\s+to\s+"
    r"(?P<what>[a-z][^,.;:]+)\.$",
    re.S,
)
_IF = re.compile(
    r"(?P<when>If|When|Whenever|Once|After|Before)\s+(?P<what>[^,.;:]+),\s+(?P<answer>(?:the|an?|every|each|no|all|`|[A-Z])\S*\s.+)$", re.S
)
_MOST_CLOZES = 3
_CODE = re.compile(r"`[^`]*`")
_CLOZE = (
    re.compile(r"`[^`\s]+`"),
    re.compile(rf"(?<=\s)(?:{_NUMBER})(?=[\s.,;])"),
    re.compile(r"(?<=[a-z]\s)[A-Z][\w-]+(?:\s[A-Z][\w-]+)*"),
    re.compile(r"(?<=\s)[a-z]{9,}(?=[\s.,;])"),
)

Sentence = Callable[[Passage, Block, re.Match[str]], str]


def _noun(passage: Passage, found: re.Match[str]) -> str:
    """The match's subject as a question names it; empty where it is none."""
    term = found["term"].strip()
    named = plain(term, code=True)
    words = plain(term).lower().split(" ")
    headed = term[0].isupper() or term[0] in "`*_["
    marked = "*" in named or "`_" in named or named.count("`") % 2 or named.count('"') % 2 or named.count("(") != named.count(")")
    if BARRED.search(term) or words[0] in _BEFORE_A_NOUN or words[-1] in _EMPTY or marked or not headed or not re.search(r"[^\W\d_]", named):
        return ""
    return passage.named(term)


def _definition(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    return noun and passage.asked(f"What {found['verb']} {noun}?", block, noun)


def _meaning(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    base = " ".join((found["p"] or found["s"]).split())
    base = {"means": "mean", "stands for": "stand for", "refers to": "refer to"}.get(base, base)
    return noun and passage.asked(f"What {'does' if found['s'] else 'do'} {noun} {base}?", block, noun)


def _is_number(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    if not re.search(r"[a-zA-Z%]", re.sub(rf"^{_ABOUT}\s", "", found["answer"])) and noun.split(" ")[-1] not in _BARE:
        return ""
    return noun and passage.asked(f"What {found['verb']} {noun}?", block, noun)


def _has_number(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    rest = " ".join(found["rest"].split())
    verb = _VERBS.get(found["verb"], found["verb"])
    many = " ".join(found["noun"].split())
    ask = f"How many {many} {'does' if found['verb'] in _VERBS else 'do'} {noun} {verb}{' ' + rest if rest else ''}?"
    return noun and passage.asked(ask, block, noun)


def _date(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    return noun and passage.asked(f"When {found['verb']} {noun} {' '.join(found['what'].split())}?", block, noun)


def _reason(passage: Passage, block: Block, found: re.Match[str]) -> str:
    noun = _noun(passage, found)
    verb, no = ("can", "not ") if found["verb"] == "cannot" else (found["verb"], "")
    return noun and passage.asked(f"Why {verb} {noun} {no}{plain(found['what'], code=True)}?", block, noun)


def _howto(passage: Passage, block: Block, found: re.Match[str]) -> str:
    return f"How do you {plain(found['what'], code=True)}?"


def _condition(passage: Passage, block: Block, found: re.Match[str]) -> str:
    return f"What happens {found['when'].lower()} {plain(found['what'], code=True)}?"


def _by(rule: str, pattern: re.Pattern[str], question: Sentence, passage: Passage) -> Iterator[Found]:
    """Questions from the sentences that match; the answer is the group `answer`, else the whole sentence."""
    for block, start, end in passage.prose:
        if (found := pattern.match(passage.text, start, end)) and (asked := question(passage, block, found)):
            span = found.span("answer") if "answer" in pattern.groupindex else (start, end)
            yield Found(rule, asked, *span)


def _definitions(passage: Passage) -> Iterator[Found]:
    yield from _by("definition", _DEFINITION, _definition, passage)
    yield from _by("definition", _MEANING, _meaning, passage)


def _howtos(passage: Passage) -> Iterator[Found]:
    yield from _by("howto", _TO, _howto, passage)
    yield from _by("howto", _USE, _howto, passage)


def _numbers(passage: Passage) -> Iterator[Found]:
    yield from _by("number", _IS_NUMBER, _is_number, passage)
    yield from _by("number", _HAS_NUMBER, _has_number, passage)


def _clozes(passage: Passage) -> Iterator[Found]:
    """The last resort: a sentence with its most telling word left out, for the first few sentences."""
    fit = (span for _, *span in passage.prose if 6 <= word_count(_CODE.sub("", passage.text[slice(*span)])) <= 40 and passage.text[span[0]] != "(")
    for start, end in islice(fit, _MOST_CLOZES):
        for pattern in _CLOZE:
            if gap := pattern.search(passage.text, start + 1, end):
                shown = plain(f"{passage.text[start : gap.start()]}____{passage.text[gap.end() : end]}", code=True)
                if len(passage.text[start:end]) < MOST_PLAIN:
                    yield Found("cloze", f"Fill in the blank: {shown}", *gap.span())
                break


PROSE_RULES: dict[str, Callable[[Passage], Iterator[Found]]] = {
    "definition": _definitions,
    "howto": _howtos,
    "reason": partial(_by, "reason", _REASON, _reason),
    "condition": partial(_by, "condition", _IF, _condition),
    "date": partial(_by, "date", _DATE, _date),
    "number": _numbers,
    "cloze": _clozes,
}
