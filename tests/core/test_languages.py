"""The language of a text is guessed, and what cannot be told is not guessed."""

from __future__ import annotations

import pytest

from rowsmith import content
from rowsmith.core.languages import UNKNOWN, Languages

LANGUAGES = Languages(content.languages())
SAID = {
    "en": "Tea is a drink that is made from the leaves of a bush.",
    "de": "Tee ist ein Getränk, das aus den Blättern eines Strauches gemacht wird.",
    "fr": "Le thé est une boisson faite avec les feuilles d'un arbuste.",
    "es": "El té es una bebida que se hace con las hojas de un arbusto.",
    "pt": "O chá é uma bebida que é feita com as folhas de um arbusto.",
    "it": "Il tè è una bevanda che si fa con le foglie di un arbusto.",
    "nl": "Thee is een drank die van de bladeren van een struik wordt gemaakt.",
    "sv": "Te är en dryck som görs av bladen på en buske.",
    "da": "Te er en drik, der bliver lavet af blade, og den er også meget varm efter det.",
    "fi": "Tee on juoma, joka on tehty pensaan lehdistä ja se on kuuma.",
    "pl": "Herbata to napój, który jest robiony z liści.",
    "cs": "Čaj je nápoj, který se dělá z listů keře.",
    "hu": "A tea egy ital, amely levelekből készül.",
    "ro": "Ceaiul este o băutură făcută din frunzele unui arbust.",
    "tr": "Çay bir bitkinin yapraklarından yapılan ve çok sevilen bir içecektir.",
    "vi": "Trà là một loại đồ uống được làm từ lá.",
    "id": "Teh adalah minuman yang dibuat dari daun.",
    "ru": "Чай — это напиток, который делают из листьев.",
    "uk": "Чай — це напій, який роблять з листя.",
    "bg": "Чаят е напитка, която се прави от листа.",
    "ja": "お茶は葉から作られる飲み物です。",
    "zh": "茶是一种用茶叶制成的饮料。",
    "ko": "차는 잎으로 만든 음료입니다.",
    "el": "Το τσάι είναι ένα ρόφημα.",
    "ar": "الشاي هو مشروب مصنوع من أوراق نبات في هذا البلد",
    "fa": "چای نوشیدنی است که از برگ درست می شود",
    "he": "תה הוא משקה שעשוי מעלים",
    "hi": "चाय पत्तियों से बना एक पेय है",
    "th": "ชาเป็นเครื่องดื่มที่ทำจากใบ",
    "bn": "চা পাতা থেকে তৈরি একটি পানীয়",
}


@pytest.mark.parametrize("language", SAID)
def test_a_sentence_is_told(language: str) -> None:
    found = LANGUAGES.guess(SAID[language])
    assert found.language == language
    assert 0 < found.certainty <= 1


@pytest.mark.parametrize("said", ["", "12 + 34 = 46", "{}", "xkcd qwrt zzz", "Hello", "print(f(x))", "?!"])
def test_what_cannot_be_told_is_not_guessed(said: str) -> None:
    assert LANGUAGES.guess(said) == (UNKNOWN, 0.0)


def test_japanese_is_told_from_chinese_by_its_kana_and_latin_words_do_not_outvote_a_script() -> None:
    assert LANGUAGES.guess("東京大学理科大学院の研究室で学生が実験を行う").language == "ja"
    assert LANGUAGES.guess("API は便利な道具です、という話を聞いたことがあります").language == "ja"


def test_every_profile_has_its_script_and_enough_words() -> None:
    profiles = content.languages()
    for code, one in profiles["languages"].items():
        assert one["script"] in profiles["scripts"], code
        assert len(str(one["words"]).split()) >= 15, code
    assert {one["script"] for one in profiles["languages"].values()} == {n for n, s in profiles["scripts"].items() if "only" not in s}
