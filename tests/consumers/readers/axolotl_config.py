"""What Axolotl makes of a folder that we wrote: its schema of configurations over axolotl.yml, and its strategy over each data file in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import tiny
import yaml
from axolotl.prompt_strategies.chat_template import StrategyLoader
from axolotl.utils.dict import DictDefault
from axolotl.utils.schemas.config import AxolotlInputConfig


def read(case: dict[str, Any]) -> dict[str, Any]:
    folder = Path(case["path"])
    config = yaml.safe_load((folder / "axolotl.yml").read_text(encoding="utf-8"))
    AxolotlInputConfig(**config)
    unknown = sorted(set(config) - set(AxolotlInputConfig.model_fields))
    kept, trained = {}, {}
    for dataset in [*config["datasets"], *config.get("test_datasets", [])]:
        lines = (folder / dataset["path"]).read_text(encoding="utf-8").splitlines()
        tokens = tiny.tokenizer(lines)
        settings = DictDefault({"sequence_len": config["sequence_len"], "train_on_inputs": False, "chat_template": "tokenizer_default"})
        strategy = StrategyLoader()(tokens, settings, ds_cfg=DictDefault(dataset))
        rows = [strategy.tokenize_prompt(json.loads(line)) for line in lines]
        kept[dataset["path"]] = [tokens.decode(row["input_ids"]) for row in rows]
        trained[dataset["path"]] = [
            tokens.decode([token for token, label in zip(row["input_ids"], row["labels"], strict=True) if label != -100]) for row in rows
        ]
    return {"unknown": unknown, "kept": kept, "trained": trained}


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case) for case in json.load(sys.stdin)}))
