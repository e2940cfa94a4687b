"""The words of a text, as those that compare texts see them."""

from __future__ import annotations

import re
import unicodedata

# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Han. Each of their characters is a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def words(text: str) -> list[str]:
    """The words of a text, alike whatever their case, punctuation and compatibility forms.

    >>> words("Don't panic: ﬁve 漢字!")
    ['don', 't', 'panic', 'five', '漢', '字']
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_TABLE).split()


class _Table(dict[int, str]):
    """Per character what `translate` puts for it: itself within a word, itself apart from others, or a space."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if _UNSPACED.match(char):
            self[code] = f" {char} " if char.isalnum() or unicodedata.category(char)[0] == "M" else " "
        else:
            self[code] = char if char.isalnum() or unicodedata.category(char)[0] == "M" else " "
        return self[code]


_TABLE = _Table()
