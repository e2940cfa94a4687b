"""What lm-evaluation-harness makes of a folder that we wrote: its own command over each task, with a tiny model; how many rows it asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import tiny


def read(case: dict[str, Any], base: Path) -> dict[str, Any]:
    folder = Path(case["path"])
    tokens = tiny.tokenizer([line for path in folder.rglob("*.jsonl") for line in path.read_text(encoding="utf-8").split("\n")])
    tiny.save_model(len(tokens), str(base / "model"))
    tokens.save_pretrained(base / "model")
    name = next(folder.glob("*.yaml")).stem
    command = [sys.executable, "-m", "lm_eval", "run", "--model", "hf", "--model_args", f"pretrained={base / 'model'}", "--tasks", name,
               "--include_path", ".", "--device", "cpu", "--log_samples", "--output_path", str(base / "out"), "--batch_size", "1"]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=250)
    samples = [json.loads(line) for path in (base / "out").rglob(f"samples_{name}_*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    asked = [sample["doc"]["question"] for sample in sorted(samples, key=lambda sample: sample["doc_id"])]
    return {"task": name, "code": done.returncode, "asked": asked, "said": done.stderr[-2000:]}


if __name__ == "__main__":
    said = {}
    for case in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as base:
            said[case["name"]] = read(case, Path(base))
    print(json.dumps(said))
