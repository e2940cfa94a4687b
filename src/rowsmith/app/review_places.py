"""Where rows go to be reviewed: `argilla:WORKSPACE/NAME`, `label-studio:TITLE`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from rowsmith.app.lab import Lab
from rowsmith.connectors import argilla as argilla_api
from rowsmith.connectors import label_studio as label_studio_api
from rowsmith.connectors.api import Service
from rowsmith.connectors.review_tool import ReviewTool
from rowsmith.core.errors import Invalid, Unavailable, choose
from rowsmith.core.ports import Paused
from rowsmith.core.row import Json
from rowsmith.formats import Format, Gathered, argilla, label_studio
from rowsmith.llm.origin import origin_of


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a tool, with the format of its records: `see` counts a record, `settings` says what people are asked about such records."""

    tool: ReviewTool
    format: Format
    see: Callable[[Gathered, dict[str, Json]], None]
    settings: Callable[[Gathered], Json]


def place(lab: Lab, project: str, target: str) -> Place:
    """The place that is spoken of. Nothing is asked there yet.

    Raises:
        Invalid: it is none, or where its server answers is not known. Unavailable: there is no key for it.
    """
    kind, colon, name = target.partition(":")
    if kind not in KINDS:
        raise Invalid(f"{target!r} is no place where people review rows.", choose(f"{kind}{colon}", list(KINDS.values())))
    workspace, slash, dataset = name.partition("/")
    if kind == "argilla" and workspace and slash and dataset:
        found = argilla_api.ArgillaDataset(*_reached(lab, project, argilla_api), workspace, dataset)
        return Place(found, argilla.FORMAT, argilla.see, argilla.settings)
    if kind == "label-studio" and name.strip():
        label_studio_api.require_title(name)
        project_ = label_studio_api.LabelStudioProject(*_reached(lab, project, label_studio_api), name)
        return Place(project_, label_studio.FORMAT, label_studio.see, label_studio.config)
    raise Invalid(f"{target!r} names no place in {kind}.", f"Write {KINDS[kind]}.")


KINDS = {"argilla": "argilla:WORKSPACE/NAME", "label-studio": "label-studio:PROJECT-TITLE"}
"""How a place is written, by its prefix."""


def _reached(lab: Lab, project: str, api: object) -> tuple[Service, str]:
    """Where the tool answers, and its key: of the variable that is called as the tool calls it, the keyring or the home."""
    name, url, key = (str(getattr(api, part)) for part in ("NAME", "URL", "KEY"))
    service = Service.named_by(name, url, lab.environ)
    address = origin_of(service.url)
    try:
        found = lab.keys.of(project).find(key, address, own=True)
    except Paused as error:
        raise Unavailable(error.what, error.fix) from None
    if found is None:
        enter = f"Set it, or enter it once: `rowsmith keys add {key} --url {quote(address)}`"
        raise Unavailable(f"There is no key for {name}: {key} is not set.", enter)
    return service, found.key.get_secret_value()
