"""What is claimed ahead when the process dies counts as perhaps billed: so it is not much more than what is in flight."""

from __future__ import annotations

import json
from pathlib import Path

from rowsmith.testing import CommandLine, ModelServer, wait_for_calls

EXAMPLE = Path(__file__).parents[2] / "examples" / "one_call.yaml"
PLACES = 2


def test_a_kill_leaves_few_calls_in_doubt_and_room_under_the_cap(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(json.dumps({"id": str(i), "text": f"Text {i} says that stone {i} lies by the road."}) + "\n" for i in range(40)))
    with ModelServer(latency=0.1, log=tmp_path / "calls.jsonl") as model:
        sets = {"input": texts, "base_url": model.url, "model": "m", "concurrency": PLACES, "price_in": 1, "price_out": 2}
        given = [part for name, value in sets.items() for part in ("--set", f"{name}={value}")]
        command = ["run", str(EXAMPLE), *given, "--home", str(tmp_path / "home"), "--budget", "0.12", "--json"]
        with CommandLine(*command) as first:
            wait_for_calls(tmp_path / "calls.jsonl", 6)
            first.kill()
        with CommandLine(*command) as second:
            assert second.wait(60) == 0, second.err
            result = second.result
        assert (result["state"], result["kept"]) == ("finished", 40)
        assert result["maybe_billed"] <= 8
        assert sum(model.calls.repeated().values()) <= PLACES
