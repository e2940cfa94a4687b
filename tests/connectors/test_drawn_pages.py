"""Pages of PDFs as pictures: PNG of any reader, at the size that is asked for; hostile files cost themselves alone."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from sheets import broken, pdf, whole

from rowsmith.connectors.containers.limits import Limits
from rowsmith.connectors.documents import pages
from rowsmith.connectors.documents.pdf.drawing import png
from rowsmith.core.errors import Invalid
from rowsmith.core.fetching import Fetched, Missed, Reach
from rowsmith.core.page_numbers import page_numbers


def drawn(folder: Path, body: bytes, **how: Any) -> list[Fetched | Missed]:
    (folder / "one").write_bytes(body)
    (folder / "to").mkdir(exist_ok=True)
    reach = Reach((), folder, file=lambda name: folder / name)
    return list(pages.fetch(reach, folder / "to", file="one", **{"dpi": 72, "longest": 2000, **how}))


def pixels(path: Path) -> tuple[int, bytes]:
    """The channels of a picture and its points, by another way than it was written."""
    body = path.read_bytes()
    channels, width = (1 if body[25] == 0 else 3), int.from_bytes(body[16:20], "big")
    raw = zlib.decompress(body[body.index(b"IDAT") + 4 : -16])
    line = width * channels + 1
    return channels, b"".join(raw[at + 1 : at + line] for at in range(0, len(raw), line))


def test_a_page_is_drawn_at_the_size_that_is_asked_for(tmp_path: Path) -> None:
    (one,) = drawn(tmp_path, pdf("A word.", size=(100, 200)))
    assert isinstance(one, Fetched) and one.name == "1"
    assert (one.facts["width"], one.facts["height"], one.facts["bytes"]) == (100, 200, one.path.stat().st_size)
    (one,) = drawn(tmp_path, pdf("A word.", size=(100, 200)), dpi=144)
    assert isinstance(one, Fetched) and (one.facts["width"], one.facts["height"]) == (200, 400)
    (one,) = drawn(tmp_path, pdf("A word.", size=(10_000, 14_000)), dpi=600, longest=140)
    assert isinstance(one, Fetched) and (one.facts["width"], one.facts["height"]) == (100, 140)


def test_colours_are_kept_and_greys_take_a_third(tmp_path: Path) -> None:
    (red,) = drawn(tmp_path, pdf("A word.", more="1 0 0 rg 0 0 595 842 re f"))
    assert isinstance(red, Fetched)
    channels, points = pixels(red.path)
    assert channels == 3 and points[:3] == b"\xff\x00\x00"
    (grey,) = drawn(tmp_path, pdf("A word."))
    assert isinstance(grey, Fetched)
    channels, points = pixels(grey.path)
    assert channels == 1 and points[0] == 255 and min(points) < 64


def test_the_same_page_is_the_same_picture(tmp_path: Path) -> None:
    first, second = ([one.path.read_bytes() for one in drawn(tmp_path, pdf("one", "two")) if isinstance(one, Fetched)] for _ in range(2))
    assert first == second and len(set(first)) == 2


def test_a_picture_is_as_pillow_reads_it(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "a.png").write_bytes(png(2, 2, 3, [b"\xff\0\0\0\xff\0", b"\0\0\xff\1\1\1"]))
    with image.open(tmp_path / "a.png") as read:
        assert [read.getpixel(place) for place in ((0, 0), (1, 0), (0, 1), (1, 1))] == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (1, 1, 1)]


def test_nothing_comes_of_what_is_no_pdf_or_cannot_be_opened(tmp_path: Path) -> None:
    assert drawn(tmp_path, b"some words") == drawn(tmp_path, broken()) == []


def test_a_page_that_cannot_be_drawn_costs_itself_alone(tmp_path: Path) -> None:
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s] /Contents 5 0 R >>"
    kids = [leaf % b"0 0", leaf % b"90 90", b"<< /Length 17 >>\nstream\n10 10 50 50 re f \nendstream"]
    body = whole([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>", *kids])
    found = drawn(tmp_path, body)
    assert any(isinstance(one, Fetched) and one.name == "2" for one in found), found


def test_a_page_that_ends_the_child_is_told_and_the_next_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, ended = pages._said, []

    def breaks(task: dict[str, Any]) -> Any:
        for said in real(task):
            yield said
            if said == [2] and not ended:
                ended.append(2)
                raise pages._Ended("memory", "was ended by the system")

    monkeypatch.setattr(pages, "_said", breaks)
    found = drawn(tmp_path, pdf("one", "two", "three"))
    assert [(one.name, type(one)) for one in found] == [("1", Fetched), ("2", Missed), ("3", Fetched)]
    monkeypatch.setattr(pages, "_said", lambda task: (_ for _ in ()).throw(pages._Ended("memory", "was ended")))
    assert drawn(tmp_path, pdf("one")) == [Missed("1", "memory", "The document was ended. It may be damaged or hostile.")]


def test_a_document_that_ends_the_child_again_and_again_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(task: dict[str, Any]) -> Any:
        yield [task["behind"] + 1]
        raise pages._Ended("timeout", "stalled its reader")

    monkeypatch.setattr(pages, "_said", breaks)
    *each, last = drawn(tmp_path, pdf("one"))
    assert [one.name for one in each] == ["1", "2", "3", "4", "5"]
    assert last == Missed("6", "too_many", "5 pages ended their reader; those from this one on are not drawn.")


def test_pages_beyond_the_most_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "Limits", lambda: Limits(entries=2))
    *_, last = drawn(tmp_path, pdf("one", "two", "three", "four"))
    assert isinstance(last, Missed) and (last.name, last.reason) == ("3", "too_many")


@pytest.mark.parametrize("wrong", ["0", "a", "3-2", "-4", "1--2", "1;2"])
def test_what_is_no_page_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid, match="no page and no range"):
        page_numbers(wrong)


def test_pages_are_read_as_people_write_them() -> None:
    assert page_numbers("") == [] and page_numbers(" 1-20, 25 ,30-,") == [(1, 20), (25, 25), (30, 0)]
