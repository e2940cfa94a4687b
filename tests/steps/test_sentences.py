from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.steps.sentences import sentences

CASES = {
    "English": [
        "Dr. Smith met J. R. Miller at 5 p.m. in the U.S. Army office.",
        "It cost $3.50, i.e. too much!",
        "“Why?” he asked.",
        "They sell tea, coffee, etc.",
        "The shop closes at 6 p.m.",
        "The rest is silence.",
        "See Fig. 3 and pp. 12–14 for more.",
        "Version 2.0 came out in 2019.",
        "42 people wrote to Yahoo! in reply...",
        "(It was late.)",
        "Nobody came.[12]",
        "He lives in the U.S. now.",
    ],
    "German": [
        "Am 3. Oktober 1990 war der Tag der Deutschen Einheit.",
        "Im 19. Jahrhundert, z. B. in Preußen, galt das usw. nicht.",
        "Prof. Dr. Müller wohnt in der Goethestr. 5 bzw. nebenan.",
        "Das sind ca. 20 km, d. h. vgl. Abb. 2 auf S. 14.",
        "„Kommst du?“",
        "Er kam vom 1. bis zum 3. Mai.",
        "Danach ging er.",
    ],
    "French": ["M. Dupont et Mme. Durand sont venus.", "« Pourquoi ? »", "Il a dit : c'est fini !", "C'est tout."],
    "Spanish": ["El Sr. Pérez vive aquí.", "¿Dónde está?", "¡No lo sé!", "La pág. 5 falta."],
    "Russian": ["В 1990 г. Москва выросла.", "Это правда?", "Да."],
}
UNSPACED = {
    "Japanese": ["今日は天気がいい。", "「行きますか？」と彼は聞いた。", "値段は3.5万円です！", "そうですか。", "「はい。」", "終わり。"],
    "Chinese": ["今天天气很好。", "你去吗？", "他说：“走吧！”", "好的。"],
}
SPACED = {
    "Arabic": ["ذهب الولد إلى المدرسة.", "هل قرأت الكتاب؟", "نعم، قرأته!", "انتهى."],
    "Hindi": ["यह एक किताब है।", "क्या आप ठीक हैं?", "हाँ।"],
    "Urdu": ["یہ ایک کتاب ہے۔", "کیا آپ ٹھیک ہیں؟", "جی ہاں۔"],
}


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize("language", [*CASES, *SPACED])
@pytest.mark.parametrize("between", [" ", "\n\n"])
def test_sentences_of_languages_that_put_space_between_them(language: str, between: str) -> None:
    said = {**CASES, **SPACED}[language]
    assert cut(between.join(said)) == said


@pytest.mark.parametrize("language", UNSPACED)
def test_sentences_of_languages_without_spaces(language: str) -> None:
    assert cut("".join(UNSPACED[language])) == UNSPACED[language]


def test_lines() -> None:
    wrapped = "This sentence is so long that whoever wrote it\nhad to go on with it on the next line.\nShort line\nand another one\n\n# A heading\n"
    assert cut(wrapped) == [wrapped[:85], "Short line", "and another one", "# A heading"]
    assert cut("- one item that is long enough to have been wrapped\n- two\n1. three. Four\n| a | b |\n| c | d |") == [
        "- one item that is long enough to have been wrapped", "- two", "1. three.", "Four", "| a | b |", "| c | d |",
    ]  # fmt: skip


@given(st.text(alphabet="aB. !?…\n。」と1().[]\"'؟-#|", max_size=120))
def test_sentences_cover_any_text(text: str) -> None:
    spans = list(sentences(text, 0, len(text)))
    covered = {place for start, end in spans for place in range(start, end)}
    assert len(covered) == sum(end - start for start, end in spans)
    assert spans == sorted(spans)
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
