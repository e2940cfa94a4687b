"""nova-prompt-optimizer 1.1.0: its own adapters read the rows and the prompt that `rowsmith optimize --export nova` writes."""

from __future__ import annotations

from pathlib import Path

from consumer import asked
from running import Bench
from weak_prompt import WEAK, labelled

from rowsmith.app.optimizing import Wanted
from rowsmith.core.prompts import Prompt


def test_its_adapters_read_rows_and_prompt(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.run({"kind": "read.rows", "rows": labelled(60)})
        prompts = bench.lab.project().prompts
        begun = prompts.optimizing(Prompt(text=WEAK, system="Be brief."), Wanted("t"))
        done = begun.exported(str(tmp_path / "out"))
        wanted = [row.data for part in ("train", "dev") for row in begun.rows.parts[part]]
    told = {"folder": done.folder, "input_columns": done.input_columns, "output_column": done.output_column}
    said = asked("nova-prompt-optimizer", "nova_prompt_optimizer", told, tmp_path)
    assert said["rows"]["train.jsonl"] == [{"inputs": {"input": row["text"]}, "outputs": {"answer": row["label"]}} for row in wanted]
    assert sum(said["split"]) == len(said["rows"]["test.jsonl"]) == 30
    user, system = (said["prompt"][name] for name in ("user_prompt", "system_prompt"))
    assert (user["template"], user["variables"]) == (WEAK.replace("text", "input"), ["input"])
    assert system["template"] == "Be brief."
