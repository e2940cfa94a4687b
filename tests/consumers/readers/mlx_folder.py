"""What MLX-LM makes of files: each put as train.jsonl into a folder that its loader reads; the texts, once the chat template is applied."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import tiny
from mlx_lm.tuner.datasets import load_local_dataset


def read(case: dict[str, Any]) -> dict[str, Any]:
    path = case["path"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, Path(folder) / "train.jsonl")
        tokens = tiny.tokenizer(Path(path).read_text(encoding="utf-8").split("\n"))
        train, *_ = load_local_dataset(Path(folder), tokens, SimpleNamespace(mask_prompt=False))
        texts = [tokens.decode(train.process(train[n])[0]) for n in range(len(train))]
    return {"kept": len(train), "texts": texts, "kind": type(train).__name__}


def told(case: dict[str, Any]) -> dict[str, Any]:
    """What came of it; a case that may stop the loader says so by itself."""
    if not case.get("stops"):
        return read(case)
    try:
        return read(case)
    except (ValueError, KeyError) as error:
        return {"kept": 0, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(json.dumps({case["name"]: told(case) for case in json.load(sys.stdin)}))
