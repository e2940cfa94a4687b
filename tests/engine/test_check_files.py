"""Images and sound that a model does not take are told before anything is spent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asking import keys_in
from media_files import png

from rowsmith.engine.check import check
from rowsmith.engine.recipe_file import build
from rowsmith.llm.facts import Table
from rowsmith.registry import plugins

PROVIDER = '''
from rowsmith.core.errors import RowFailed
from rowsmith.llm.providers.openai import OpenAI


class Picky(OpenAI):
    def body(self, model, schema, way):
        write = super().body(model, schema, way)

        def checked(messages):
            for message in messages:
                for part in message["content"] if isinstance(message["content"], list) else []:
                    if part["type"] not in ("text", *model.name.split("_")):
                        raise RowFailed("attachment", f"Picky takes no {part['type']}.")
            return write(messages)

        return checked


PROVIDER = Picky()
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "picky.py").write_text(PROVIDER, encoding="utf-8")
    (tmp_path / "cat.png").write_bytes(png())
    plugins.trust(tmp_path / "plugins")
    return tmp_path


def said(folder: Path, takes: str, **read: Any) -> list[str]:
    steps = [
        {"kind": "read.files", "paths": ["cat.png"], **read},
        {"kind": "generate.columns", "prompt": "What?", "attach": ["image"]},
    ]
    return checked(folder, steps, writer=takes)


def checked(folder: Path, steps: list[dict[str, Any]], **takes: str) -> list[str]:
    """What is wrong; each role's model takes what its name says."""
    models = {role: {"model": f"picky/{name}", "base_url": "http://h/v1"} for role, name in takes.items()}
    folders = (folder / "plugins",)
    recipe = build({"name": "t", "models": models, "steps": steps}, plugins=folders)
    return [problem.what for problem in check(recipe, base=folder, keys=keys_in({}), plugins=folders)]


def test_a_model_that_takes_none_is_refused(folder: Path) -> None:
    assert said(folder, "image", format="image") == []
    assert said(folder, "none", format="image") == ["Step 'generate.columns' shows the column 'image' to the model 'writer': Picky takes no image."]


def test_what_the_column_holds_counts(folder: Path) -> None:
    assert said(folder, "audio", format="image") == ["Step 'generate.columns' shows the column 'image' to the model 'writer': Picky takes no image."]
    assert said(folder, "audio", kinds=["image", "audio"], media_column="image") == []
    assert said(folder, "image_audio", kinds=["image"]) == []
    assert len(said(folder, "none", kinds=["image", "audio"], media_column="image")) == 1


def test_every_role_of_a_step_is_looked_at(folder: Path) -> None:
    steps: list[dict[str, Any]] = [
        {"kind": "read.rows", "rows": [{"image": "comes from somewhere"}]},
        {"kind": "score.judge", "attach": ["image"], "model": {"a": 0.5, "b": 0.5}},
    ]
    assert checked(folder, steps, a="audio", b="none") == ["Step 'score.judge' shows the column 'image' to the model 'b': Picky takes no image."]


def test_a_column_for_media_that_are_not_read_is_told(folder: Path) -> None:
    assert any("`media_column` has no effect" in what for what in said(folder, "image", format="txt", media_column="image"))


def test_a_model_that_is_not_known_to_see_is_refused_until_the_home_says_that_it_does(folder: Path) -> None:
    steps = [{"kind": "read.files", "paths": ["cat.png"], "format": "image"}, {"kind": "generate.columns", "prompt": "What?", "attach": ["image"]}]

    def told(name: str, own: str = "") -> list[str]:
        (folder / "models.yaml").write_text(own or "models: {}", encoding="utf-8")
        recipe = build({"name": "t", "models": {"writer": {"model": name}}, "steps": steps})
        return [str(one) for one in check(recipe, base=folder, keys=keys_in({"OPENAI_API_KEY": "k"}), table=Table(folder / "models.yaml"))]

    (problem,) = told("openai/gpt-5.5-cyber")
    assert "openai/gpt-5.5-cyber is not known to take images." in problem
    assert "rowsmith models add openai/gpt-5.5-cyber --can reasoning --can images" in problem
    assert told("openai/gpt-5.5-cyber", "models: {openai/gpt-5.5-cyber: {can: [reasoning, images]}}") == []
    assert told("openai/gpt-4o-mini") == told("openai/nobody-knows") == []


def test_only_the_model_that_is_shown_the_files_has_to_see(folder: Path) -> None:
    asked = {"kind": "score.answerable", "question": "q", "expected": "q", "attach": ["image"]}
    steps = [{"kind": "read.files", "paths": ["cat.png"], "format": "image"}, {"kind": "transform.columns", "set": {"q": "What?"}}, asked]
    assert checked(folder, steps, reader="image", judge="nothing") == []
    assert len(checked(folder, steps, reader="nothing", judge="image")) == 1
