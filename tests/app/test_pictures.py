"""A step that asks about pictures, from the file beside the recipe to the rebuilt run."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Bench

from rowsmith.app.proof import verify
from rowsmith.registry import plugins
from rowsmith.testing.dialect import request_bytes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
LOOK = '''
from typing import ClassVar
from pydantic import Field
from rowsmith.core.row import New
from rowsmith.core.step import InputPaths, ModelRole, Step


class Look(Step):
    """Asks what is on a picture."""

    kind: ClassVar[str] = "generate.look"
    paths: InputPaths = Field(description="The pictures.")
    model: ModelRole = Field("writer", description="Who is asked.")

    async def rows(self, row, ctx):
        (path,) = ctx.paths(self.paths)
        picture = {"type": "image", "file": ctx.input(path).hash, "media_type": "image/png"}
        answer = await ctx.ask([{"role": "user", "content": [{"type": "text", "text": row.data["text"]}, picture]}], model=self.model)
        return [row.with_data({"seen": answer.value})]
'''


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))


def test_pictures_are_sent_and_runs_with_them_are_rebuilt_offline(tmp_path: Path) -> None:
    with Bench(tmp_path, lambda request: "A cat.") as bench:
        (tmp_path / "plugins").mkdir()
        (tmp_path / "plugins" / "look.py").write_text(LOOK)
        plugins.trust(tmp_path / "plugins")
        (tmp_path / "cat.png").write_bytes(PNG)
        steps = [{"kind": "read.rows", "rows": [{"text": "What?"}, {"text": "Where?"}]}, {"kind": "generate.look", "paths": ["cat.png"]}]
        result = bench.run(*steps)
        assert bench.said(result, "seen") == ["A cat.", "A cat."]
        assert [request_bytes(part) for request in bench.asked for part in request.parts[1:]] == [PNG, PNG]
        stored = list((tmp_path / "home" / "files" / "blobs").rglob("*"))
        assert sum(path.is_file() and path.read_bytes() == PNG for path in stored) == 1
        (tmp_path / "cat.png").write_bytes(PNG + b"another")
        again = bench.run(*steps)
        assert (again.run, again.kept, len(bench.asked)) == ("r2", 2, 4)
        assert verify(bench.lab).problems == []
        assert len(bench.asked) == 4
