"""How relevant a page is to what is looked for, counted in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

ADDRESS, TITLE, EACH, MOST = 5.0, 3.0, 0.5, 10.0
"""What a word gives that stands in the address, in the title, each time in the text, and most for the text."""
STEP = 0.5
"""What each step away from the start takes from a link's place."""


def topic_words(topic: str) -> tuple[str, ...]:
    """The different words of three letters and more, in lower case; of a topic that is written without spaces, its runs."""
    return tuple(dict.fromkeys(word for word in re.findall(r"\w+", topic.lower()) if len(word) >= 3 or not word.isascii()))


def relevance(words: Sequence[str], address: str, title: str, text: str = "") -> float:
    """The score; 1 where no words are given."""
    if not words:
        return 1.0
    address, title, text = address.lower(), title.lower(), text.lower()
    return sum(ADDRESS * (word in address) + TITLE * (word in title) + min(EACH * text.count(word), MOST) for word in words)
