"""Label Studio (label-studio-sdk 2.1.2), tasks: `{data, meta, predictions?}`, for a project with the labelling config beside them."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from rowsmith.core.errors import RowFailed
from rowsmith.core.row import Json, Row
from rowsmith.formats import _reading, _review
from rowsmith.formats._format import Companions, Format
from rowsmith.formats._review import Question

AGENT = "rowsmith"
LARGEST = 5


class LabelStudio(Format):
    """What people see in `data`; the row's id and the other columns in `meta`. The label that a text has, and the text that may be corrected,
    are predictions: people begin with them.

    A row with `messages` is shown as a dialogue, `input`, `chosen` and `rejected` as a pair to choose from, `text` with its `label` as a
    choice, `input` and `answer` as texts. The labelling config asks of each for a verdict, a score, a correction and a note.
    """

    name = "label-studio"
    needs = _review.NEEDS
    keys = ("data", "meta", "predictions")

    def row(self, row: Row) -> dict[str, Json]:
        """The task; fails with the reasons of `_review.shown`."""
        found = _review.shown(row)
        meta = {"row": row.id, **({"columns": found.rest} if found.rest else {})}
        result = _result(_review.shape(found.fields), found.label, found.correctable)
        return {"data": found.fields, "meta": meta, **({"predictions": [{"model_version": AGENT, "result": result}]} if result else {})}

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The row; fails with `keys` and `meta`, and the reasons of `_review.restored`. What it does not know of `meta` and `predictions` stays
        under these names."""
        (data,) = _reading.need(record, "data")
        meta = record.get("meta") or {}
        rest = meta.get("columns", {}) if isinstance(meta, dict) else None
        if not isinstance(data, dict) or not isinstance(rest, dict):
            raise RowFailed("meta", "`data` and `meta` are no mappings.")
        found = _review.restored(data, rest)
        label = _choice(record.get("predictions")) if "text" in data and "label" not in found else ""
        found |= {"label": label} if label else {}
        more = {name: value for name, value in meta.items() if name not in ("row", "columns")}
        unread = {"meta": more} if more else {}
        if (said := record.get("predictions")) and said != self.row(Row(str(meta.get("row", "")), b"", found)).get("predictions"):
            unread["predictions"] = said
        return {**found, **unread}

    def companions(self) -> Companions:
        """`label-config.xml`."""
        return _review.Beside("label-config.xml", see, lambda seen: config(seen).encode())


FORMAT = LabelStudio()


def config(seen: _review.Gathered) -> str:
    """The labelling config of tasks like these, as XML. Raises as `_review.Gathered.shape`."""
    view = Xml.Element("View")
    for name in _review.COLUMNS[seen.shape()]:
        Xml.SubElement(view, "Header", value=_review.TITLES[name])
        _SHOWN.get(name, _text)(view, name)
    for question in seen.questions():
        Xml.SubElement(view, "Header", value=question.title)
        _ASKED[question.kind](view, question)
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode") + "\n"


def see(seen: _review.Gathered, record: dict[str, Json]) -> None:
    """Count a task."""
    seen.add(record["data"], _choice(record.get("predictions")))


def _text(view: Xml.Element, name: str) -> None:
    Xml.SubElement(view, "Text", name=name, value=f"${name}")


def _dialogue(view: Xml.Element, name: str) -> None:
    Xml.SubElement(view, "Paragraphs", name=name, value=f"${name}", layout="dialogue", nameKey="role", textKey="content")


def _choices(view: Xml.Element, question: Question) -> None:
    choices = Xml.SubElement(view, "Choices", name=question.name, toName=question.about, choice="single")
    if question.required:
        choices.set("required", "true")
    for value, _ in question.options:
        Xml.SubElement(choices, "Choice", value=value)


def _pairwise(view: Xml.Element, question: Question) -> None:
    Xml.SubElement(view, "Pairwise", name=question.name, toName=",".join(value for value, _ in question.options))


def _rating(view: Xml.Element, question: Question) -> None:
    Xml.SubElement(view, "Rating", name=question.name, toName=question.about, maxRating=str(LARGEST))


def _area(view: Xml.Element, question: Question) -> None:
    Xml.SubElement(view, "TextArea", name=question.name, toName=question.about, rows="4", editable="true", maxSubmissions="1")


_SHOWN = {"messages": _dialogue}
_ASKED = {"choice": _choices, "pair": _pairwise, "rating": _rating, "text": _area}


def _result(shape: str, label: str, text: str) -> list[Json]:
    about = _review.questions(shape, ())[-1].about
    regions = [("label", "choices", {"choices": [label]})] if label else []
    regions += [("correction", "textarea", {"text": [text]})] if text else []
    return [{"from_name": name, "to_name": about, "type": kind, "value": value} for name, kind, value in regions]


def _choice(predictions: Json) -> str:
    """The class that the first prediction says; empty where it says none."""
    first = predictions[0] if isinstance(predictions, list) and predictions and isinstance(predictions[0], dict) else {}
    for region in first.get("result") or ():
        value = region.get("value") if isinstance(region, dict) else None
        chosen = value.get("choices") if isinstance(value, dict) and region.get("from_name") != "verdict" else None
        if isinstance(chosen, list) and len(chosen) == 1 and isinstance(chosen[0], str):
            return chosen[0]
    return ""
