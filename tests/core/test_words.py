"""Words: what is cut, and what is the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowsmith.core.words import LONGEST, cut, pairs, texts, unspaced, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tea, in ASSAM (1998)!", "tea in assam 1998"),
        ("don't a_b x-y", "don t a b x y"),
        ("Straße ﬁne ＣＡＦＥ cafe\u0301 CAFÉ", "strasse fine cafe café café"),
        ("a\u00adb zero\u200bwidth می\u200cخواهم", "ab zerowidth ميخواهم"),
        ("東京都に2024年", "東 京 都 に 2024 年"),
        ("iPhoneを買う", "iphone を 買 う"),
        ("ｶﾞｷﾞ サーバー 々〆", "ガ ギ サ ー バ ー 々 〆"),
        ("مَرْحَبـًا أهلاً إلى آخر", "مرحبا اهلا الي اخر"),
        ("مدرسة على ٣٤ ک ی", "مدرسه علي 34 ك ي"),
        ("ภาษาไทย ที่", "ภ า ษ า ไ ท ย ที่"),
        ("ភាសា ພາສາ မြန်မာ", "ភា សា ພ າ ສ າ မြ န် မာ"),
        ("한국어 문서", "한국어 문서"),
        ("भाषा हिन्दी", "भाषा हिन्दी"),
        ("½ ① Ⅳ x² 👩‍🚀 … ’", "1⁄2 1 iv x2".replace("⁄", " ")),
        ("", ""),
    ],
)
def test_texts_are_cut(text: str, found: str) -> None:
    assert words(text) == found.split()


def test_long_words_are_cut_into_pieces() -> None:
    assert list(map(len, words("x" * 250))) == list(map(len, words("é" * 250))) == [LONGEST, LONGEST, 50]


@given(st.text())
def test_words_are_words_already(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert all(found) and not any(char.isspace() or char in "\"'\\\0" for word in found for char in word)


@given(st.text(), st.text())
def test_a_space_or_a_line_break_parts_words_and_nothing_else(left: str, right: str) -> None:
    assert words(f"{left}\n{right}") == words(f"{left} . {right}") == words(left) + words(right)


def test_pairs_stand_between_letters_of_scripts_without_spaces() -> None:
    assert [pair[1:] for pair in pairs(words("東京 都 a水b大阪"))] == ["東京", "京都", "大阪"]
    assert list(pairs(words("tea café 한국어"))) == []
    assert (unspaced("東"), unspaced("ที่"), unspaced("a"), unspaced("한")) == (True, True, False, False)


def test_all_texts_of_a_row_however_deep() -> None:
    data = {"a": "one", "b": [{"c": ["two", 3, None, True]}, "four"], "five": {"d": "!"}}
    assert list(texts(data)) == ["one", "two", "four", "!"]
    assert cut(data) == [["one"], ["two"], ["four"]]
