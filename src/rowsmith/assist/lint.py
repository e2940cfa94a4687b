"""A prompt looked over by rules, without a model: what is certain about its variables, and signs of contradiction, ambiguity, overload and
redundancy. The signs are words: `findings.SEES` says of each rule what it sees and what it cannot see. What the rules know of English is in
content/lint.yaml; texts in other languages get the rules that need no words alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from rowsmith import content, registry
from rowsmith.assist.branches import branches
from rowsmith.assist.findings import Finding, Place, Severity, at
from rowsmith.core import prompt as texts
from rowsmith.core.errors import Invalid
from rowsmith.core.languages import UNKNOWN, Languages
from rowsmith.core.prompts import EXAMPLES, Prompt
from rowsmith.core.step import PROMPT
from rowsmith.steps.sentences import sentences

WORDS = {"high": 500, "medium": 200}
"""More words than these are an overload of that weight."""
ORDERS = {"high": 10, "low": 5}
"""More orders and bans than these are one."""
ALIKE = 0.8
"""Share of words that two sentences have in common from which they say the same."""
_SINGLE = re.compile(r"(?<!\{)\{([A-Za-z][A-Za-z0-9_]{0,40})\}(?!\})")
_LIMIT = re.compile(
    r"\b(?:(at most|no more than|up to|under|fewer than|less than|maximum of|a maximum of|not exceed)|"
    r"(at least|no fewer than|no less than|minimum of|a minimum of|more than|over)|(exactly|precisely))\s+(\d[\d,]*)\s+([a-z]+)",
    re.IGNORECASE,
)
_ANSWER = r"\b(?:answers?|respond|reply|return|output|write|format\w*)\b[^.\n]{0,40}?\b(?:in|as|with|using|only)\b[^.\n]{0,20}?"
BOTH = "Keep one of them, or say where each holds."
Sentence = tuple[Place, int, int, str]
"""Where a sentence stands, and what it says."""


def lint(prompt: Prompt, step: str = "", plugins: Collection[Path] = ()) -> list[Finding]:
    """Everything that the rules find; with `step`, also what a step of this kind needs of its prompt. In the order of its places.

    Raises:
        NotFound: no step has that kind. Invalid: the step asks no prompt.
    """
    cls = _asking(step, plugins) if step else None
    given = {name for names in cls.prompt_gives.values() for name in names} if cls else set()
    found = [*_variables(prompt, given), *(_needs(prompt, cls) if cls else ()), *_braces(prompt)]
    said = list(_sentences(prompt))
    found += _overload(prompt, said)
    if english(prompt):
        found += [*_contradictions(prompt, said), *_ambiguities(prompt), *_emphasis(prompt)]
    found += _repeated(prompt, said)
    return sorted(dict.fromkeys(found), key=lambda one: (("variables", "system", "text").index(one.place), one.span or (-1, -1)))


def english(prompt: Prompt) -> bool:
    """Whether the words of the rules can be looked for: its texts are English, or too short to be told."""
    return _languages().guess("\n".join(reversed([said for _, said in _told(prompt)]))).language in ("en", UNKNOWN)


def _places(prompt: Prompt) -> Iterator[tuple[Place, str]]:
    yield from (("system", prompt.system), ("text", prompt.text))


def _told(prompt: Prompt) -> Iterator[tuple[Place, str]]:
    """The same without tags and comments of Jinja."""
    yield from ((place, branches(text).said) for place, text in _places(prompt))


def _exclude(prompt: Prompt, one: tuple[Place, int], other: tuple[Place, int]) -> bool:
    """Whether what stands at the two places is in branches of which only one is said."""
    return one[0] == other[0] and branches(prompt.text if one[0] == "text" else prompt.system).exclude(one[1], other[1])


def _pairs(prompt: Prompt, said: Sequence[Sentence]) -> Iterator[tuple[Sentence, Sentence]]:
    """Sentences that may be said together."""
    return ((one, other) for one, other in combinations(said, 2) if not _exclude(prompt, (one[0], one[1]), (other[0], other[1])))


def _sentences(prompt: Prompt) -> Iterator[Sentence]:
    for place, text in _told(prompt):
        yield from ((place, start, end, text[start:end]) for start, end in sentences(text, 0, len(text)))


# -- variables --------------------------------------------------------------------------------------------------------------------------


def _variables(prompt: Prompt, given: Collection[str]) -> Iterator[Finding]:
    """`given`: those that the step gives, which need no declaration."""
    for name in sorted(set(prompt.variables) - prompt.used):
        what = f"The variable {name!r} is declared, and no text uses it."
        yield Finding("unused", "medium", "variables", None, None, name, what, f"Write {{{{ {name} }}}} where it belongs, or take it out.")
    if prompt.examples == [] and EXAMPLES in texts.parse(prompt.text).variables | texts.parse(prompt.system).variables:
        yield Finding("missing", "medium", "variables", None, None, EXAMPLES, "{{ examples }} is used, and there are none.", "Give examples.")
    for place, text in _places(prompt):
        for name in sorted(texts.parse(text).variables - {*prompt.variables, *given, EXAMPLES}):
            begins = (rf"\{{\{{-?\s*{re.escape(name)}\b", rf"\{{[{{%](?:(?![%}}]\}}).)*?\b{re.escape(name)}\b")
            found = next(filter(None, (re.search(rf"{begin}.*?[%}}]\}}", text, re.DOTALL) for begin in begins)), None)
            what, fix = f"The variable {name!r} is not declared.", f"Declare it: variables: {{{name}: {{type: text, help: ...}}}}."
            span = found.span() if found else (0, 0)
            yield at("undeclared", "low", place, text, span, what, fix)


def _asking(kind: str, plugins: Collection[Path]) -> Any:
    """The class of the step of this kind, if it asks a prompt."""
    cls = registry.step(kind, tuple(plugins))
    if "prompt" not in cls.fields_marked(PROMPT):
        raise Invalid(f"A step {kind} asks no prompt.", "Name one that does, such as generate.columns or generate.qa.")
    return cls


def _needs(prompt: Prompt, cls: Any) -> Iterator[Finding]:
    """What the step says of a prompt and the variables that it has to use."""
    filled = prompt.filled()
    made = cls.model_construct(prompt=filled.text, **({"system": filled.system} if prompt.system else {}))
    for said in made.check():
        if "it cannot work without" in said:
            what, _, fix = said.partition("it cannot work without. ")
            yield Finding("missing", "high", "text", None, None, "", f"{what}it cannot work without ({cls.kind}).", fix)


def _braces(prompt: Prompt) -> Iterator[Finding]:
    for place, text in _told(prompt):
        for found in _SINGLE.finditer(text):
            known = found[1] in prompt.variables or found[1] in prompt.used
            what = f"{found[0]} stands as text: nothing is filled in."
            yield at("missing", "high" if known else "low", place, text, found.span(), what, f"Write {{{{ {found[1]} }}}} where a variable is meant.")


# -- contradiction ----------------------------------------------------------------------------------------------------------------------


def _contradictions(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    yield from _opposites(prompt, said)
    yield from _orders_against_bans(prompt, said)
    yield from _limits(prompt)
    yield from _formats(prompt, said)


def _opposites(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    wished = [((first, _wished(first[3].lower())), (second, _wished(second[3].lower()))) for first, second in _pairs(prompt, said)]
    for one, others in _words()["opposites"]:
        for (first, mine), (second, theirs) in wished:
            for here, there, these, those in ((first, second, mine, theirs), (second, first, theirs, mine)):
                opposite = next((word for word in others if _has(word, those) and not _has(word, these)), None)
                if _has(one, these) and opposite and not _has(one, those):
                    what = f"It asks for {opposite!r} here and for {one!r} in {here[3].strip()!r}."
                    yield _in(prompt, there, "contradiction", "medium", what, BOTH)
        for sentence in said:
            every = "|".join(map(re.escape, others))
            for word, then in ((re.escape(one), every), (every, re.escape(one))):
                asked = rf"\b(?:{_any('being')}) (?:{word})(?:,|,? and|,? but)(?: (?:{_any('degrees')}))? (?:{then})(?![\w-])"
                if found := re.search(asked, _wished(sentence[3].lower())):
                    yield _in(prompt, sentence, "contradiction", "medium", f"It asks to {found[0]}.", BOTH)


def _wished(sentence: str) -> str:
    """The sentence without what is denied in it: up to three words behind a word of denial."""
    return re.sub(rf"\b(?:{_any('denied')})\b(?:\W+\w+){{1,3}}", " ", sentence)


def _orders_against_bans(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    bans = [s for s in said if _has_any("bans", s[3].lower())]
    orders = [s for s in said if s not in bans]
    for ban in bans:
        for order in orders:
            mine, theirs = _weighty(ban[3]), _weighty(order[3])
            common = 0 if _exclude(prompt, (ban[0], ban[1]), (order[0], order[1])) else len(mine & theirs)
            if common >= 2 and common >= 0.75 * min(len(mine), len(theirs)):
                what = f"It is forbidden here, and {order[3].strip()!r} asks for it."
                yield _in(prompt, ban, "contradiction", "medium", what, "Keep one of them, or say when each holds.")


def _limits(prompt: Prompt) -> Iterator[Finding]:
    """Numbers that cannot all be kept: at least more than at most, or two that are to be exact."""
    bounds: dict[str, list[tuple[float, float, Place, re.Match[str]]]] = {}
    for place, text in _told(prompt):
        for found in _LIMIT.finditer(text):
            n = float(found[4].replace(",", ""))
            low, high = (0.0, n) if found[1] else (n, float("inf")) if found[2] else (n, n)
            bounds.setdefault(found[5].lower().rstrip("s"), []).append((low, high, place, found))
    for every in bounds.values():
        for one, other in combinations(every, 2):
            apart = _exclude(prompt, (one[2], one[3].start()), (other[2], other[3].start()))
            if max(one[0], other[0]) > min(one[1], other[1]) and not apart:
                text = prompt.text if other[2] == "text" else prompt.system
                what = f"{other[3][0]!r} and {one[3][0]!r} cannot both be kept."
                yield at("contradiction", "high", other[2], text, other[3].span(), what, "Keep one of them, or say what each is of.")


def _formats(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    """Two formats for the answer. A sentence that names several lets one choose."""
    pattern = re.compile(rf"{_ANSWER}\b({'|'.join(_words()['formats'])})\b", re.IGNORECASE)
    found = [(place, text, hit) for place, text in _told(prompt) for hit in pattern.finditer(text)]
    for (where, _, one), (place, text, other) in combinations(found, 2):
        if one[1].lower() != other[1].lower() and not _exclude(prompt, (where, one.start()), (place, other.start())):
            what = f"The answer is to be {other[1]} here and {one[1]} elsewhere ({one[0]!r})."
            yield at("contradiction", "high", place, text, other.span(), what, "Ask for one format.")
    for ban in (s for s in said if _has_any("bans", s[3].lower())):
        for where, _, hit in found:
            alone = not _exclude(prompt, (ban[0], ban[1]), (where, hit.start()))
            if alone and not (where == ban[0] and ban[1] <= hit.start() < ban[2]) and _bans(ban[3].lower(), hit[1].lower()):
                yield _in(prompt, ban, "contradiction", "high", f"It forbids {hit[1]}, and {hit[0]!r} asks for it.", BOTH)


def _bans(sentence: str, form: str) -> bool:
    """Whether it forbids the format itself, not something that has to do with it."""
    verbs = "use|using|answer|return|write|output|give|reply|respond"
    return re.search(rf"(?<![\w'-])(?:{_any('bans')})(?: (?:{verbs}))*(?: (?:in|with|as))? {form}\W*$", sentence) is not None


# -- ambiguity, overload, redundancy ----------------------------------------------------------------------------------------------------


def _ambiguities(prompt: Prompt) -> Iterator[Finding]:
    for place, text in _told(prompt):
        for word, instead in _words()["vague"].items():
            if found := re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE):
                yield at("ambiguity", "low", place, text, found.span(), f"{found[0]!r} can be read in many ways.", f"Better: {instead}.")


def _overload(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    count = sum(len(re.findall(r"\w+", text)) for _, text in _told(prompt))
    if weight := next((name for name, most in WORDS.items() if count > most), ""):
        yield Finding("overload", _severity(weight), "text", None, None, "", f"It has {count:,} words.", "Leave out what the model does anyway.")
    orders = [s for s in said if _has_any("bans", s[3].lower()) or _has_any("orders", s[3].lower())]
    if weight := next((name for name, most in ORDERS.items() if len(orders) > most), ""):
        what = f"It has {len(orders)} orders and bans; this is the first beyond {ORDERS[weight]}."
        yield _in(prompt, orders[ORDERS[weight]], "overload", _severity(weight), what, "Keep those whose breach you saw, or ask in two steps.")


def _repeated(prompt: Prompt, said: list[Sentence]) -> Iterator[Finding]:
    for one, other in _pairs(prompt, said):
        words = [re.findall(r"\w+", s[3].lower()) for s in (one, other)]
        mine, theirs = map(set, words)
        same = words[0] == words[1] and len(words[0]) > 1
        bans = [_has_any("bans", s[3].lower()) for s in (one, other)]
        if same or (min(len(mine), len(theirs)) >= 4 and len(mine & theirs) >= ALIKE * len(mine | theirs) and bans[0] == bans[1]):
            what = f"It says what {one[3].strip()!r} has said."
            yield _in(prompt, other, "redundancy", "medium", what, "Say it once.")


def _emphasis(prompt: Prompt) -> Iterator[Finding]:
    for place, text in _told(prompt):
        found = list(re.finditer(rf"\b(?:{_any('emphasis')})\b", text, re.IGNORECASE))
        if len(found) > 2:
            what = f"It stresses {len(found)} things; the more there are, the less each says."
            yield at("redundancy", "low", place, text, found[2].span(), what, "Stress one thing at most.")


# -- words ------------------------------------------------------------------------------------------------------------------------------


@cache
def _words() -> dict[str, Any]:
    return content.lint()


@cache
def _languages() -> Languages:
    return Languages(content.languages())


@cache
def _any(name: str) -> str:
    return "|".join(re.escape(word) for word in sorted(_words()[name], key=len, reverse=True))


def _has(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def _has_any(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w'-])(?:{_any(name)})(?![\w'-])", text) is not None


def _weighty(sentence: str) -> set[str]:
    """The words that carry what a sentence says, less their endings."""
    found = re.findall(r"[^\W\d_]+(?:'t)?|\d+", sentence.lower())
    return {re.sub(r"(?:ing|es|ed|s)$", "", word) for word in found if word not in _words()["idle"]} - {""}


def _severity(name: str) -> Severity:
    return "high" if name == "high" else "medium" if name == "medium" else "low"


def _in(prompt: Prompt, sentence: Sentence, rule: Any, severity: Severity, what: str, fix: str) -> Finding:
    place, start, end, _ = sentence
    return at(rule, severity, place, prompt.text if place == "text" else prompt.system, (start, end), what, fix)
