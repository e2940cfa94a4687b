"""A story of a model that is asked through LiteLLM: Amazon Nova on a stand-in for Bedrock, from a recipe, killed, and rebuilt without the library."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest
from bedrock import ENVIRON, Asked, Bedrock, said
from proofs import rows_of, sound
from sqlalchemy import text
from stage import Stage, stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RECIPE = """
name: nova
models:
  writer: {model: "litellm/bedrock/us.amazon.nova-lite-v1:0", base_url: "URL", temperature: 0.3, concurrency: 4, max_tokens: 100}
steps:
  - {kind: read.files, paths: ["input.jsonl"], format: jsonl}
  - kind: generate.columns
    name: write
    prompt: "Write a pair on: {{ text }}"
    output: {input: string, answer: string}
"""


def answering(asked: Asked) -> Any:
    """A pair, by the tool that it is asked with."""
    time.sleep(0.02)
    words = asked.body["messages"][0]["content"][0]["text"][-40:]
    tool = asked.body["toolConfig"]["tools"][0]["toolSpec"]["name"]
    return said({"toolUse": {"toolUseId": "t", "name": tool, "input": {"input": f"What of {words}?", "answer": words}}}, stop="tool_use")


def test_nova_answers_a_recipe_is_killed_and_is_not_needed_for_a_rebuild(tmp_path: Path) -> None:
    with Bedrock(answering) as bedrock, stage(tmp_path) as home:
        home.items(60)
        (tmp_path / "recipe.yaml").write_text(RECIPE.replace("URL", bedrock.url))
        env = {**ENVIRON, "ROWSMITH_CACHE": str(tmp_path / "cache")}
        words = ["run", tmp_path / "recipe.yaml", "--json"]
        with home.start(*words, env=env) as command:
            while len(bedrock.asked) < 20 and command.process.poll() is None:
                time.sleep(0.05)
            assert command.kill() == -signal.SIGKILL
        before = len(bedrock.asked)
        result = home.result(*words, env=env, timeout_s=300)
        assert (result["state"], result["kept"], result["requested"]) == ("finished", 60, 60)
        assert result["cost_usd"] > 0
        assert 60 <= len(bedrock.asked) <= 60 + 4
        assert before < 60
        assert {asked.wrong for asked in bedrock.asked} == {""}
        _sound(home)
        asked = len(bedrock.asked)
        (tmp_path / "without").mkdir()
        (tmp_path / "without" / "sitecustomize.py").write_text("import sys\nsys.modules['litellm'] = None\n")
        home.result("verify", "--json", env={"PYTHONPATH": str(tmp_path / "without")})
        assert len(bedrock.asked) == asked


def _sound(home: Stage) -> None:
    with home.database() as db:
        sound(db)
        assert len({row["id"] for row in rows_of(db, "nova")}) == 60
        with db.read() as conn:
            assert conn.execute(text("SELECT count(DISTINCT profile) FROM \"call\"")).scalar_one() == 1
