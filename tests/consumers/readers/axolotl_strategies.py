"""What Axolotl makes of files: its strategy of prompts over each line, with what is trained on; and of pairs, its transform for DPO."""

from __future__ import annotations

import json
import sys
from typing import Any

import tiny
from axolotl.prompt_strategies.chat_template import StrategyLoader
from axolotl.prompt_strategies.dpo import load as load_dpo
from axolotl.utils.dict import DictDefault


def read(case: dict[str, Any]) -> dict[str, Any]:
    with open(case["path"], encoding="utf-8", newline="\n") as file:
        lines = list(file)
    tokens, rows = tiny.tokenizer(lines), [json.loads(line) for line in lines]
    config = DictDefault({"sequence_len": 512, "train_on_inputs": False, "chat_template": "tokenizer_default"})
    if case.get("dpo"):
        transform = load_dpo(case["dpo"], DictDefault({**config, "datasets": [case["settings"]]}), dataset_idx=0)
        transform = transform[0] if isinstance(transform, tuple) else transform
        return {"kept": len(rows), "rows": [transform(row, tokenizer=tokens) for row in rows]}
    strategy = StrategyLoader()(tokens, config, ds_cfg=DictDefault(case["settings"]))
    texts, trained = [], []
    for row in rows:
        found = strategy.tokenize_prompt(row)
        texts.append(tokens.decode(found["input_ids"]))
        trained.append(tokens.decode([token for token, label in zip(found["input_ids"], found["labels"], strict=True) if label != -100]))
    return {"kept": len(texts), "texts": texts, "trained": trained}


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case) for case in json.load(sys.stdin)}))
