"""What MLX-LM makes of a folder that we wrote: the texts of its three splits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import tiny
from mlx_lm.tuner.datasets import load_local_dataset


def read(case: dict[str, Any]) -> dict[str, Any]:
    folder = Path(case["path"])
    tokens = tiny.tokenizer([json.dumps(json.loads(line), ensure_ascii=False) for path in folder.glob("*.jsonl") for line in path.open()])
    found = load_local_dataset(folder, tokens, SimpleNamespace(mask_prompt=False))
    return {
        name: [tokens.decode(part.process(part[n])[0]) for n in range(len(part))]
        for name, part in zip(("train", "valid", "test"), found, strict=True)
    }


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case) for case in json.load(sys.stdin)}))
