"""What TRL's trainers keep of files: told the cases on standard input, says of each how many rows came in, how many the trainer trains on, and
what the first of them read once the chat template is applied. Each trains for a step: what loads need not train."""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

import tiny
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer, SFTConfig, SFTTrainer

TRAINERS = {
    "sft": (SFTTrainer, SFTConfig), "dpo": (DPOTrainer, DPOConfig), "kto": (KTOTrainer, KTOConfig), "reward": (RewardTrainer, RewardConfig),
    "grpo": (GRPOTrainer, GRPOConfig),
}  # fmt: skip
COLUMNS = {
    "sft": ["input_ids"], "dpo": ["prompt_ids", "chosen_ids", "rejected_ids"], "kto": ["prompt_ids", "completion_ids"],
    "reward": ["chosen_ids", "rejected_ids"], "grpo": [],
}  # fmt: skip


def carried_out(case: dict[str, Any], folder: str) -> dict[str, Any]:
    kind, path = case["trainer"], case["path"]
    with open(path, encoding="utf-8") as file:
        texts = file.read().splitlines()
    tokens = tiny.given(case, texts)
    base = f"{folder}/{case['name']}"
    tiny.save_model(len(tokens), base, scores=kind == "reward")
    rows = load_dataset("json", data_files=path, split="train", cache_dir=f"{folder}/cache")
    trainer, config = TRAINERS[kind]
    settings = {
        "output_dir": f"{folder}/out", "max_steps": 1, "per_device_train_batch_size": 2, "use_cpu": True, "report_to": "none", "bf16": False,
        "save_strategy": "no", "disable_tqdm": True, "logging_steps": 1, **case.get("settings", {}),
    }  # fmt: skip
    model: Any = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1) if kind == "reward" else base
    more: dict[str, Any] = {}
    if kind == "grpo":
        settings |= {"num_generations": 2, "max_completion_length": 4}
        more["reward_funcs"] = lambda completions, **columns: [float(len(columns["answer"]) > 0) for _ in completions]
    if kind != "reward" and kind != "grpo":
        settings["model_init_kwargs"] = {"dtype": "float32"}
    made = trainer(model=model, args=config(**settings), train_dataset=rows, processing_class=tokens, **more)
    made.train()
    kept = made.train_dataset
    found = {name: [tokens.decode(ids) for ids in kept[name]] for name in COLUMNS[kind] if name in kept.column_names}
    return {"rows": len(rows), "kept": len(kept), "columns": kept.column_names, "texts": found}


def told(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """What came of it; a case that may stop the trainer says so by itself."""
    if not case.get("stops"):
        return carried_out(case, folder)
    try:
        return carried_out(case, folder)
    except (TypeError, KeyError, IndexError, ValueError, AttributeError) as error:
        return {"kept": 0, "error": f"{type(error).__name__}: {error}"}


def main() -> None:
    cases = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({case["name"]: told(case, folder) for case in cases}))


if __name__ == "__main__":
    main()
