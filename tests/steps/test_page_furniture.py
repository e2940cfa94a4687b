"""transform.page_furniture: page numbers, headers and footers go, and what only looks like them stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from cleaned import cleaned, document, paged

from rowsmith.steps.transform.page_furniture import PageFurniture

WORDS = ["mill", "river", "wheel", "flour", "stone", "water", "miller", "grain", "sack", "roof", "cellar", "bridge", "road", "valley", "bread"]


def body(page: int, lines: int = 6) -> str:
    """Lines of a page, no two alike."""
    return "\n".join(
        " ".join(WORDS[(page * 7 + line * 3 + word * (page + 1)) % len(WORDS)] for word in range(8)) + f" {page}x{line}." for line in range(lines)
    )


def book(pages: int, above: str = "", below: str = "", first: int = 1) -> list[str]:
    """Pages with a header and a footer; {n} is the page's number, and "left|right" alternates."""
    said = []
    for number in range(pages):
        top, end = (text.split("|")[number % len(text.split("|"))].format(n=number + first) for text in (above, below))
        said.append("\n\n".join(part for part in (top, body(number), end) if part) + "\n\n")
    return said


PLAIN = "\n\n".join(body(number) for number in range(6))


@pytest.mark.parametrize(
    ("above", "below", "first"),
    [
        ("The Old Mill", "{n}", 1), ("The Old Mill", "", 1), ("", "Page {n} of 6", 1), ("", "- {n} -", 41), ("Die alte Mühle", "Seite {n} von 6", 3),
        ("The Old Mill {n}|{n} Anna Marsh", "", 1), ("# The Old Mill|## Anna Marsh", "© Mill Press 2020\n{n}", 7), ("", "第{n}頁", 1),
        ("Report 2023 · Confidential", "www.example.org\n\nPage {n}", 1), ("", "{n} / 6", 1), ("", "**{n}**", 2),
    ],
)  # fmt: skip
def test_furniture_goes_and_the_text_stays(above: str, below: str, first: int) -> None:
    assert cleaned(PageFurniture(), paged(book(6, above, below, first))).rstrip() == PLAIN
    fed = "\f".join(page.rstrip() for page in book(6, above, below, first))
    assert cleaned(PageFurniture(), document(fed)).replace("\f", "\n").split() == PLAIN.split()


def test_roman_page_numbers_go() -> None:
    pages = [f"{body(number)}\n\n{roman}\n\n" for number, roman in enumerate(["i", "ii", "iii", "iv", "v", "vi"])]
    assert cleaned(PageFurniture(), paged(pages)).rstrip() == PLAIN


def test_headers_of_chapters_and_missing_first_pages() -> None:
    pages = book(12, "Water and Stone|The Old Mill", "{n}")
    pages[0] = body(0) + "\n\n"
    assert "Stone\n" not in cleaned(PageFurniture(), paged(pages)).replace("stone", "")
    chapters = [f"{'One' if number < 4 else 'Two' if number < 9 else 'Three'} by one\n\n{body(number)}\n\n" for number in range(12)]
    assert "by one" not in cleaned(PageFurniture(), paged(chapters))


@pytest.mark.parametrize(
    ("above", "below"),
    [("## Chapter {n}", ""), ("Question {n}", ""), ("| a | b |\n|---|---|\n| x | {n} |", ""), ("Only|here|stands|such|a|line", "")],
)
def test_what_is_text_stays(above: str, below: str) -> None:
    pages = paged(book(6, above, below))
    assert cleaned(PageFurniture(join=False), pages) == pages.data["text"]


def test_numbers_that_do_not_count_up_stay() -> None:
    pages = paged([f"{body(number)}\n\n{figure}\n\n" for number, figure in enumerate([17, 4, 90, 3, 55, 21])])
    assert cleaned(PageFurniture(join=False), pages) == pages.data["text"]


def test_a_text_without_pages_and_a_short_one_pass_as_they_are() -> None:
    text = "The Old Mill\n\n" * 9
    assert cleaned(PageFurniture(), text) == text
    assert cleaned(PageFurniture(), paged(book(2, "The Old Mill", "{n}"))) == "".join(book(2, "The Old Mill", "{n}"))


def test_a_paragraph_that_a_page_has_parted_becomes_one() -> None:
    halves = [f"page {word} begins.\n\n{body(number)}\nIt went {word} where\n\nThe Old Mill\n\n" for number, word in enumerate(WORDS[:5])]
    pages = paged([*halves, "## Ends\n\n", "small here."])
    text = cleaned(PageFurniture(), pages)
    assert all(f"It went {before} where\npage {after} begins." in text for before, after in pairwise(WORDS[:5]))
    assert text.endswith("## Ends\n\nsmall here.")
    assert "It went mill where\n\npage river" in cleaned(PageFurniture(join=False), pages)


def test_settings() -> None:
    pages = paged(book(4, "The Old Mill", "{n}"))
    assert "The Old Mill" in cleaned(PageFurniture(pages=5), pages)
    assert "The Old Mill" in cleaned(PageFurniture(longest=5), pages)
    assert cleaned(PageFurniture(marks="slides"), pages) == pages.data["text"]
    sparse = paged(book(9, "The Old Mill|The Old Mill|x|y|z"))
    assert "The Old Mill" in cleaned(PageFurniture(share=0.9), sparse)
    assert "The Old Mill" not in cleaned(PageFurniture(share=0.3), sparse)
    deep = paged(book(4, "One line\nThe Old Mill", ""))
    assert cleaned(PageFurniture(lines=1), deep).count("The Old Mill") == 4
