"""The charts of Office files: what they draw, as a title and a table."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from rowsmith.connectors.documents.package import Package, attribute, below, child, local
from rowsmith.connectors.documents.writing import Writing

_MOST = 10_000


def write_charts(shape: Element, package: Package, relations: dict[str, tuple[str, str]], out: Writing) -> None:
    """The charts that stand in a shape or a paragraph."""
    for one in below(shape, "chart"):
        kind, name = relations.get(attribute(one, "id"), ("", ""))
        if kind == "chart":
            chart = child(package.xml_if_any(name), "chart")
            title = child(chart, "title")
            out.block(" ".join("".join(said.text or "" for said in below(title, "t")).split()) if title is not None else "")
            out.table(_rows(chart))


def _rows(chart: Element | None) -> list[list[str]]:
    """A row for each category, a column for each series, whose names are the header."""
    series = list(below(chart, "ser")) if chart is not None else []
    names = [" ".join(_points(child(one, "tx")).values()) for one in series]
    values = [_points(child(one, "val")) or _points(child(one, "yVal")) for one in series]
    categories = next((found for one in series if (found := _points(child(one, "cat")) or _points(child(one, "xVal")))), {})
    places = sorted({*categories, *(at for one in values for at in one)})[:_MOST]
    return [["", *names], *([categories.get(at, ""), *(one.get(at, "") for one in values)] for at in places)]


def _points(data: Element | None) -> dict[int, str]:
    """The values that are kept in the file, by their places."""
    found = {}
    for one in data.iter() if data is not None else ():
        value, place = child(one, "v"), one.get("idx", "")
        if local(one) == "pt" and value is not None and place.isdecimal() and len(place) < 9:
            found[int(place)] = (value.text or "").strip()
    return found
