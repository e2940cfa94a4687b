"""Rules that turn headings, options, tables, lists and "key: value" lines into questions which a piece of the text answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from rowsmith.steps.markdown import Block, plain
from rowsmith.steps.passage import Found, Passage
from rowsmith.steps.prose import flat, listed, stands_alone, whole, word_count
from rowsmith.steps.prose_rules import BARRED
from rowsmith.steps.sentences import sentences

Span = tuple[int, int]

_DULL = listed(
    "overview introduction intro notes note example examples usage summary conclusion references license licence contents changelog faq "
    "background details more other others general misc miscellaneous appendix acknowledgements todo"
)
_TERM = re.compile(
    r"(?P<term>\*\*`[^`\n]+`\*\*|\*\*[^*\n]{1,60}\*\*|__[^_\n]{1,60}__|`[^`\n]{1,60}`)"
    r"(?:,?[ \t]+(?:or[ \t]+)?`[^`\n]+`|[ \t]*\([^()\n]{1,40}\))*[ \t]*(?::|—|–|[ ]-[ ])[ \t]*(?=\S)"
)
_HELP = re.compile(r"[ \t]+(?:-\w,?[ \t]+)?(?P<flag>--[a-z][\w-]*)(?:[ =][<\[]?[A-Z_a-z]+[>\]]?(?:\.{3})?)?[ \t]{2,}(?P<answer>\S.*)")
_CELL = re.compile(r"(?:\\\||[^|])+")
_NOTHING = frozenset(["", "-", "--", "–", "—", "n/a", "na", "none", "?", "..."])
_DOES = frozenset(["description", "purpose", "effect", "function", "what it does", "does", "use"])
_MEANS = frozenset(["meaning", "means", "what it means", "definition"])
_NO_NOUN = listed("instead why when how where who ok note notes comment comments remark remarks yes no")
_KEY = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?"
    r"(?P<key>[A-Z][A-Za-z]*(?:[ -](?!(?:on|in|to|for|with|by|not|and|or)\b)[A-Za-z]+){0,2}):[ \t]+(?P<answer>\S.*)"
)
_NO_KEY = listed("note notes warning example examples tip important todo see hint caution fixme e.g. i.e. http https usage remember in out at on by")
_LEAD_VERBS = {
    "has": "have", "includes": "include", "contains": "contain", "supports": "support", "provides": "provide", "offers": "offer", "reads": "read",
    "writes": "write", "takes": "take", "accepts": "accept", "gives": "give", "uses": "use", "consists of": "consist of", "comes with": "come with",
    "makes": "make", "keeps": "keep", "needs": "need", "requires": "require", "knows": "know", "covers": "cover", "does": "do", "shows": "show",
}  # fmt: skip
_LEAD = re.compile(
    rf"(?P<term>[A-Z`]\S*(?:\s+[^\s,;:]+){{0,5}}?)\s+(?P<verb>{'|'.join([*_LEAD_VERBS, *_LEAD_VERBS.values()])})(?P<what>(?:\s+[^\s,;:]+){{0,8}}):$"
)
_THERE = re.compile(r"(?:There are|There exist)\s+(?P<what>[^,;:]+):$")
_ARE = re.compile(r"(?P<what>The\s+[^,;:]+?)\s+(?:are|were)(?:\s+as follows|\s+these)?:$")


def _trim(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _headings(passage: Passage) -> Iterator[Found]:
    """A heading that is a question, answered by its first paragraph; else what its section says first."""
    for heading, after in zip(passage.blocks, passage.blocks[1:], strict=False):
        if heading.kind != "heading" or after.kind != "paragraph" or not heading.path[-1]:
            continue
        first = next(sentences(passage.text, after.start, after.end))
        sentence = passage.text[slice(*first)]
        if not whole(sentence) or not stands_alone(flat(sentence)):
            continue
        if heading.path[-1].endswith("?"):
            yield Found("heading", heading.path[-1], after.start, after.end)
        elif asked := _of_section(passage.section(heading), passage.document):
            yield Found("heading", asked, *first)


def _of_section(section: Sequence[str], document: str) -> str:
    *parents, title = section
    if title.lower().strip(" .:") in _DULL or word_count(title) == 0:
        return ""
    if parents:
        return f'What does the section "{" > ".join(parents)}" say about "{title}"?'
    return f'What does {document} say about "{title}"?' if document else f'What does the section "{title}" say first?'


def _options(passage: Passage) -> Iterator[Found]:
    """Terms that a list item or paragraph explains, and the option lines of a command's help."""
    for block in passage.blocks:
        if block.kind in ("item", "paragraph"):
            start = passage.body(block)
            if found := _TERM.match(passage.text, start, block.end):
                answer = _trim(passage.text, found.end(), block.end)
                yield Found("option", _about_term(passage, block, found["term"], passage.text[slice(*answer)]), *answer)
        elif block.kind == "code":
            for line in passage.spans(block, _HELP):
                yield Found("option", f"What does `{line['flag']}` do?", *line.span("answer"))


def _about_term(passage: Passage, block: Block, term: str, answer: str) -> str:
    name = plain(term, code=True)
    if name.startswith("`-"):
        return f"What does {name.split(' ')[0].rstrip('`')}` do?"
    if not name.startswith("`") and (word_count(name) > 4 or name[-1:] in ".!?" or name.lower() in _NO_KEY):
        return ""
    first = answer.split(None, 1)[0].lower()
    acts = name.startswith("`") and re.fullmatch(r"[a-z]{3,}s", first) is not None and first not in ("this", "its", "plus", "has", "is", "was")
    return passage.asked(f"What does {name} do?" if acts else f"What {_be(name)} {name}?", block, "`")


def _tables(passage: Passage) -> Iterator[Found]:
    """Each cell, by its column's title and its row's first cell."""
    for block in passage.blocks:
        if block.kind == "table":
            rows = [_cells(passage.text, *line) for line in _lines(passage.text, block)]
            titles = [plain(passage.text[slice(*cell)]) for cell in rows[0]]
            for cells in rows[2:]:
                if len(cells) == len(titles) > 1:
                    yield from _row(passage, block, titles, cells)


def _row(passage: Passage, block: Block, titles: Sequence[str], cells: Sequence[Span]) -> Iterator[Found]:
    term = plain(passage.text[slice(*cells[0])], code=True)
    if term.lower() in _NOTHING or not 1 <= word_count(term) <= 6 or term.replace(".", "").isdigit():
        return
    for title, cell in zip(titles[1:], cells[1:], strict=True):
        if passage.text[slice(*cell)].lower() in _NOTHING or title.lower() in _NO_NOUN or not re.fullmatch(r"[^\W\d_][\w '/-]{0,30}", title):
            continue
        yield Found("table", passage.asked(_of_cell(term, title), block, "`"), *cell)


def _of_cell(term: str, title: str) -> str:
    kind = title.lower()
    if kind in _MEANS:
        return f"What does {term} mean?"
    if kind in _DOES:
        return f"What does {term} do?" if term.startswith("`") else f"What is the {kind if len(kind.split()) == 1 else 'purpose'} of {term}?"
    return f"What is the {title if not title[1:].islower() else kind} of {term}?"


def _lines(text: str, block: Block) -> Iterator[Span]:
    at = block.start
    for line in text[block.start : block.end].split("\n"):
        yield at, at + len(line)
        at += len(line) + 1


def _cells(text: str, start: int, end: int) -> list[Span]:
    start, end = _trim(text, start, end)
    if text[start:end].startswith("|"):
        start += 1
    cells = []
    while start < end:
        found = _CELL.match(text, start, end)
        stop = found.end() if found else start
        cells.append(_trim(text, start, stop) if text[start:stop].strip() else (start, start))
        start = stop + 1
    return cells


def _key_values(passage: Passage) -> Iterator[Found]:
    """ "Key: value" lines, asked of their section or document; a key that comes more than once has no one answer."""
    keys = Counter(found[1] for found in re.finditer(r"^[ \t]*(?:[-*+][ \t]+)?([A-Z][A-Za-z -]*):", passage.text, re.M))
    for block in passage.blocks:
        if block.kind not in ("item", "paragraph"):
            continue
        lines = list(passage.spans(block, _KEY))
        if len(lines) < passage.text.count("\n", block.start, block.end) + 1:
            continue
        place = " > ".join(passage.section(block)) or passage.document
        for line in lines:
            key = line["key"]
            if place and keys[key] == 1 and key.lower().split(" ")[0] not in _NO_KEY and not BARRED.search(key) and word_count(line["answer"]) <= 12:
                yield Found("key_value", f'In "{place}", {_what(key)}?', *_trim(passage.text, *line.span("answer")))


def _what(key: str) -> str:
    """ "Keywords" -> "what are the keywords" """
    return f"what {_be(key)} the {key[0].lower() + key[1:] if key.split(' ')[0][1:].islower() else key}"


def _be(name: str) -> str:
    return "are" if re.search(r"[a-z]{2}s$", name) and not name.endswith(("ss", "us", "is")) else "is"


def _lists(passage: Passage) -> Iterator[Found]:
    """A list, asked for by the sentence with a colon that leads to it."""
    for at, block in enumerate(passage.blocks):
        items = list(takewhile(lambda item: item.kind == "item", passage.blocks[at + 1 :]))
        if block.kind != "paragraph" or len(items) < 2 or not passage.text[block.start : block.end].endswith(":"):
            continue
        *_, (start, end) = sentences(passage.text, block.start, block.end)
        if asked := _of_lead(passage, block, flat(passage.text[start:end])):
            yield Found("list", asked, items[0].start, items[-1].end)


def _of_lead(passage: Passage, block: Block, lead: str) -> str:
    if found := _THERE.match(lead):
        return passage.asked(f"What are the {plain(found['what'], code=True)}?", block)
    if found := _ARE.match(lead):
        what = passage.named(found["what"])
        return passage.asked(f"What are {what}?", block, what)
    found = _LEAD.match(lead)
    if not found or not stands_alone(lead.replace("the following", "")):
        return ""
    what = re.sub(r"^(?:the following|these)\b\s*", "", found["what"].strip())
    term, verb = passage.named(found["term"]), found["verb"]
    ask = f"What {what + ' ' if what else ''}{'does' if verb in _LEAD_VERBS else 'do'} {term} {_LEAD_VERBS.get(verb, verb)}?"
    return passage.asked(ask, block, term)


BLOCK_RULES: dict[str, Callable[[Passage], Iterator[Found]]] = {
    "option": _options,
    "table": _tables,
    "key_value": _key_values,
    "list": _lists,
    "heading": _headings,
}
