"""White space, characters that nobody sees, hyphens at the ends of lines, and languages: what goes and what stays."""

from __future__ import annotations

import textwrap
import unicodedata

import pytest
from cleaned import CTX, cleaned, document
from hypothesis import given, settings
from hypothesis import strategies as st

from rowsmith.core.row import Drop, Row
from rowsmith.steps.filter.language import Language
from rowsmith.steps.transform.control_characters import ControlCharacters
from rowsmith.steps.transform.dehyphenate import Dehyphenate
from rowsmith.steps.transform.whitespace import Whitespace

LAID_OUT = "- item  x \n  - inner  y\n\n| a  | b |\n|---|----|\n| 1  | 2 |\n\n    code  z  \n\n```\nx  =  1  \n\n\n\ny\n```\n\nSee `a  b` here"


def test_white_space_is_tidied_and_what_is_laid_out_stays() -> None:
    assert cleaned(Whitespace(), "\n\na  b\t c \r\nd\n\n\n\ne\n\n") == "a b c\nd\n\ne\n"
    assert cleaned(Whitespace(join=True), LAID_OUT) == LAID_OUT
    assert cleaned(Whitespace(runs=False, trailing=False, line_ends=False, blank_lines=None), "\na  b \r\n\n\n\nc") == "\na  b \r\n\n\n\nc"
    assert cleaned(Whitespace(blank_lines=0), "a\n\nb\n \nc") == "a\nb\nc"
    assert cleaned(Whitespace(blank_lines=2, trailing=False), "a\n\n\n\nb\n\n\n\n") == "a\n\n\nb\n\n\n"


PARAGRAPH = (
    "The mill was built in the year 1820 and stands by the river, where its wheels turn day and night while the son of the miller watches over "
    "the grinding of the flour and the well-known sound of water fills the old house from the cellar up to the roof."
)


@pytest.mark.parametrize("width", [30, 55, 79, 120])
def test_wrapped_paragraphs_are_joined(width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(PARAGRAPH, width))
    assert cleaned(Whitespace(join=True), f"# Mill\n\n{wrapped}\n\n{wrapped}\n") == f"# Mill\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n"


def test_lines_that_were_not_wrapped_are_not_joined() -> None:
    letter = "Anna Marsh\nMill Road 3\nRivertown on the Hill by the Sea\n"
    assert cleaned(Whitespace(join=True), letter) == letter
    assert cleaned(Whitespace(join=True), "a line of words  \nbreaks here\n") == "a line of words\nbreaks here\n"
    assert cleaned(Whitespace(join=True), "日本語の文章はここで\n改行されて続きます。\n") == "日本語の文章はここで改行されて続きます。\n"
    assert cleaned(Whitespace(join=True), "a long line that ends with well-\nknown words\n") == "a long line that ends with well-known words\n"


def test_characters_that_nobody_sees_go() -> None:
    text = "\ufeffa\x00b\u200bc\u00add\u202ee\u202c \ue000f\U000e0041\x85g\x0ch\ti\n"
    assert cleaned(ControlCharacters(), text) == "abcde f\ng\nh\ti\n"
    assert cleaned(ControlCharacters(what=["bom", "bidi"]), text) == text[1:].replace("\u202e", "").replace("\u202c", "")
    assert cleaned(ControlCharacters(what=["control"], replacement="?"), "a\x00b\x0cc") == "a?b\nc"
    assert ControlCharacters(what=[]).check()
    assert not ControlCharacters(what=[], normalise="NFC").check()


WALES = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👨‍👩‍👧", "🏳️‍🌈", WALES, "日本語\n\tタブ"])
def test_joiners_and_flags_stay_where_they_belong(text: str) -> None:
    assert cleaned(ControlCharacters(), text) == text


_composed = st.lists(st.sampled_from("각ㅏㄱᅡᆨﾡￂｶﾞe\u0301\u0327ﬁ①Å가다क़ॊ"), max_size=30).map("".join)


@settings(deadline=None)
@given(st.text(max_size=60) | _composed, st.sampled_from(["NFC", "NFKC"]))
def test_normalisation_is_unicodes(text: str, form: str) -> None:
    if text.strip():
        wanted = unicodedata.normalize(form, text)  # type: ignore[arg-type]
        assert cleaned(ControlCharacters(what=[], normalise=form), text) == (wanted if wanted.strip() else "empty_text")  # type: ignore[arg-type]


CUTS = [
    ("An exam-\nple and example", "An example and example"),
    ("It is well-\nknown, and well-known", "It is well-known, and well-known"),
    ("The fast way of forwarding is fast-\nforwarding", "The fast way of forwarding is fast-forwarding"),
    ("A state-of-the-\nart mill", "A state-of-the-art mill"),
    ("in Baden-\nWürttemberg", "in Baden-Württemberg"),
    ("die Überschwem-\r\nmungen", "die Überschwemmungen"),
    ("Vor-\nund Nachteile", "Vor- und Nachteile"),
    ("pre-\nand post-war", "pre- and post-war"),
    ("Fehl\u00ad\ner", "Fehler"),
    ("EXAM-\nPLE", "EXAMPLE"),
    ("from 1990-\nold", "from 1990-old"),
    ("l'exem-\n  ple", "l'exemple"),
    ("At the page's en-\n\nding", "At the page's ending"),
    ("A dash -\nnot a hyphen", "A dash -\nnot a hyphen"),
    ("A dash--\nnot a hyphen", "A dash--\nnot a hyphen"),
    ("riv\ufffeer and exam\x02\r\nple and well\ufffeknown, well-known", "river and example and well-known, well-known"),
    ("A list:\n- one\n- two", "A list:\n- one\n- two"),
    ("    exam-\n    ple\n", "    exam-\n    ple\n"),
    ("Ends with a hy-\n\nNew paragraph", "Ends with a hy-\n\nNew paragraph"),
]


@pytest.mark.parametrize(("text", "wanted"), CUTS)
def test_words_are_joined_and_compounds_keep_their_hyphen(text: str, wanted: str) -> None:
    assert cleaned(Dehyphenate(), text) == wanted


def test_the_document_decides_and_else_the_setting() -> None:
    assert cleaned(Dehyphenate(unknown="keep"), "an exam-\nple") == "an exam-ple"
    assert cleaned(Dehyphenate(unknown="keep"), "an exam-\nple, Example") == "an example, Example"
    assert cleaned(Dehyphenate(blank_line=False), "en-\n\nding") == "en-\n\nding"


@pytest.mark.parametrize("width", [33, 40, 61])
def test_a_text_that_was_hyphenated_comes_back(width: int) -> None:
    """Words cut anywhere at the ends of lines, in a text that uses each of them elsewhere too."""
    words, lines = PARAGRAPH.split() * 6, [""]
    for number, word in enumerate(words):
        if len(lines[-1]) + len(word) < width:
            lines[-1] += word + " "
        elif number < len(words) // 2 and len(word) > 4 and word.isalpha():
            lines[-1] += word[:3] + "-"
            lines.append(word[3:] + " ")
        else:
            lines.append(word + " ")
    text = "\n".join(lines)
    assert text.count("-\n") >= 3
    assert cleaned(Dehyphenate(), text).replace("\n", "").split() == " ".join(words).split()


ENGLISH = "The river rises in the hills and flows through the town to the sea, where the old mill stands."
SAID = {
    "en": ENGLISH,
    "de": "Der Fluss entspringt in den Bergen und fließt durch die Stadt zum Meer, wo die alte Mühle steht.",
    "fr": "La rivière prend sa source dans les collines et traverse la ville jusqu'à la mer, où se trouve le vieux moulin.",
    "es": "El río nace en las colinas y atraviesa la ciudad hasta el mar, donde se encuentra el viejo molino.",
    "ja": "川は丘に源を発し、町を通って海に注ぎ、そこには古い水車小屋が立っている。",
    "ar": "ينبع النهر من التلال ويتدفق عبر المدينة إلى البحر حيث تقف الطاحونة القديمة.",
    "ru": "Река берёт начало в холмах и течёт через город к морю, где стоит старая мельница.",
}


@pytest.mark.parametrize("code", SAID)
def test_a_text_passes_in_its_own_language_and_in_no_other(code: str) -> None:
    (row,) = Language(languages=[code]).rows(document(f"# `def`\n\n{SAID[code]}\n\n```python\nreturn None\n```\n"), CTX)
    assert isinstance(row, Row)
    assert (row.data["language"], row.data["language_probability"] > 0.5) == (code, True)
    (drop,) = Language(languages=[other for other in SAID if other != code]).rows(document(SAID[code]), CTX)
    assert isinstance(drop, Drop)
    assert drop.reason == "language"


def test_settings_of_languages() -> None:
    assert isinstance(next(iter(Language(languages=["en", "und"], probability=0.99999999).rows(document(ENGLISH[:30]), CTX))), Drop)
    (row,) = Language(languages=["en"], into="", probability_into="sure").rows(document(ENGLISH), CTX)
    assert isinstance(row, Row)
    assert set(row.data) == {"text", "n", "sure"}
    (drop,) = Language(languages=["en"], probability=0).rows(document("12 + 3"), CTX)
    assert drop == Drop("language", "und, probability 0.0")
    assert Language(languages=["en"]).columns(frozenset({"text"})) == {"text", "language", "language_probability"}
    assert ["'qq'" in problem for problem in Language(languages=["qq"]).check()] == [True]
    assert Language(languages=["en"], into="text").check()


@pytest.mark.parametrize(("asked", "text"), [
    ("nb", "Jeg vet ikke hva jeg skal gjøre med den gamle båten som ligger ved fjorden. Hvorfor kommer de ikke hjem?"),
    ("no", "Eg veit ikkje kva eg skal gjere med den gamle båten som ligg ved fjorden. Kvifor kjem dei ikkje heim til oss?"),
    ("fil", "Hindi ko alam kung ano ang gagawin ko sa lumang bangka na nasa ilog."), ("zh", "我唔知點樣處理河邊嗰隻舊船。佢哋點解唔返屋企？"),
    ("bs", "Ne znam što trebam učiniti s tim starim brodom koji je na rijeci. Zašto ne dođu kući k nama?"),
])  # fmt: skip
def test_a_macro_language_lets_through_what_it_holds(asked: str, text: str) -> None:
    assert Language(languages=[asked]).check() == []
    (row,) = Language(languages=[asked]).rows(document(text), CTX)
    assert isinstance(row, Row) and row.data["language"] != asked
    (drop,) = Language(languages=[asked]).rows(document(SAID["de"]), CTX)
    assert isinstance(drop, Drop)
