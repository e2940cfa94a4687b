"""Label Studio's SDK 2.1.2: its checks take our labelling configs, tasks and predictions, and its client reads what we pushed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from consumer import asked
from label_studio_server import LEGACY, label_studio_server
from reviewing import SHAPES, files, gathered

from rowsmith.app.lab import Lab
from rowsmith.formats import label_studio

ENVIRONMENT, READER = "label-studio", "label_studio"
ABOUT = {"pairs": "answer", "messages": "messages", "preferences": "chosen", "classes": "text", "texts": "text"}


def annotation(about: str) -> dict[str, Any]:
    """What the server that plays Label Studio hands back."""
    said = [("verdict", "choices", {"choices": ["accept"]}), ("score", "rating", {"rating": 4}), ("correction", "textarea", {"text": ["x"]})]
    return {"result": [{"from_name": name, "to_name": about, "type": kind, "value": value} for name, kind, value in said]}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("label-studio")
    cases: list[dict[str, Any]] = []
    for name, (path, rows) in files(label_studio.FORMAT, folder).items():
        config = label_studio.config(gathered(label_studio.see, label_studio.FORMAT, rows))
        cases.append({"name": name, "path": str(path), "config": config, "annotations": [annotation(ABOUT[name])]})
    found: dict[str, Any] = asked(ENVIRONMENT, READER, cases, folder)
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_config_tasks_and_predictions_are_valid(name: str, said: dict[str, Any]) -> None:
    assert (said[name]["problems"], said[name]["kept"]) == ([], len(SHAPES[name]))


def test_what_people_are_asked(said: dict[str, Any]) -> None:
    kinds = {"verdict": "Choices", "score": "Rating", "correction": "TextArea", "note": "TextArea"}
    assert said["pairs"]["controls"] == {name: [kind, ["answer"]] for name, kind in kinds.items()}
    assert said["preferences"]["controls"]["preferred"] == ["Pairwise", ["chosen", "rejected"]]
    assert said["classes"]["controls"]["label"] == ["Choices", ["text"]]
    assert set(said["messages"]["sample"]) == {"messages"}
    assert "label" not in said["texts"]["controls"]


@pytest.mark.parametrize("personal", [False, True])
def test_its_client_reads_what_was_pushed(tmp_path: Path, personal: bool) -> None:
    with label_studio_server() as server, Lab(tmp_path / "home", environ=server.environ) as lab:
        (tmp_path / "rows.jsonl").write_text('{"text": "Oslo", "label": "city"}\n{"text": "Nile", "label": "river"}\n')
        lab.project().datasets.import_([tmp_path / "rows.jsonl"], "t")
        assert lab.project().reviewers.push("t", "label-studio:Places").added == 2
        told = {"name": "it", "url": server.environ["LABEL_STUDIO_URL"], "key": server.refresh if personal else LEGACY, "title": "Places"}
        (found,) = asked(ENVIRONMENT, READER, [told], tmp_path).values()
    assert [data for data, _, _ in found["tasks"]] == [{"text": "Oslo"}, {"text": "Nile"}]
    assert [(meta["columns"], predictions) for _, meta, predictions in found["tasks"]] == [({"label": "city"}, 1), ({"label": "river"}, 1)]
    assert (found["exported"], 'Choice value="river"' in found["config"]) == (2, True)
