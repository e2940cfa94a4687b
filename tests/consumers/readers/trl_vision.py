"""What TRL's trainers make of folders of images: `load_dataset(FOLDER)`, and a step of training of a small model that sees; says of each case how
many rows came in by split, how many are trained on, the sizes and first pixels of their images, and what the model is handed, decoded."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import tiny
import torch
from datasets import Image, List, load_dataset
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

TRAINERS = {"sft": (SFTTrainer, SFTConfig), "dpo": (DPOTrainer, DPOConfig), "kto": (KTOTrainer, KTOConfig)}
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
    "{{ '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SIDE, PATCH = 32, 16


def processor(texts: list[str]) -> Any:
    """One that makes so many tokens of an image as it has patches."""
    tokens = tiny.tokenizer(texts)
    tokens.add_special_tokens({"additional_special_tokens": ["<image>"]})
    seeing = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    return LlavaProcessor(
        image_processor=seeing, tokenizer=tokens, patch_size=PATCH, vision_feature_select_strategy="default", chat_template=TEMPLATE,
        image_token="<image>", num_additional_image_tokens=1,
    )  # fmt: skip


def model(tokens: Any) -> Any:
    """A small one that sees."""
    torch.manual_seed(0)
    says = LlamaConfig(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2,
        max_position_embeddings=1024, pad_token_id=0,
    )  # fmt: skip
    sees = CLIPVisionConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=SIDE, patch_size=PATCH)
    image = tokens.convert_tokens_to_ids("<image>")
    return LlavaForConditionalGeneration(LlavaConfig(vision_config=sees, text_config=says, image_token_index=image, image_token_id=image))


def carried_out(case: dict[str, Any], folder: str) -> dict[str, Any]:
    path = Path(case["path"])
    texts = [line for file in path.rglob("*.jsonl") for line in file.read_text(encoding="utf-8").split("\n")]
    os.chdir(folder)  # paths are not taken from here
    found = load_dataset(str(path), cache_dir=f"{folder}/cache-{case['name']}")
    assert all(one.features["images"] == List(Image()) for one in found.values()), found
    rows = found["train"]
    seeing = processor(texts)
    trainer, config = TRAINERS[case["trainer"]]
    settings = {
        "output_dir": f"{folder}/out", "max_steps": 1, "per_device_train_batch_size": len(rows), "use_cpu": True, "report_to": "none", "bf16": False,
        "save_strategy": "no", "disable_tqdm": True, "max_length": None, "gradient_checkpointing": False,
    }  # fmt: skip
    more = {} if case["trainer"] == "sft" else {"ref_model": model(seeing.tokenizer)}
    made = trainer(model=model(seeing.tokenizer), args=config(**settings), train_dataset=rows, processing_class=seeing, **more)
    made.train()
    batch = made.data_collator([dict(row) for row in made.train_dataset])
    learned = "labels" if "labels" in batch else "completion_mask"
    ids = [[int(one) for one, said in zip(row, mask, strict=True) if said > (-100 if learned == "labels" else 0)]
           for row, mask in zip(batch["input_ids"], batch[learned], strict=True)]  # fmt: skip
    return {
        "rows": {name: len(one) for name, one in found.items()}, "kept": len(made.train_dataset), "columns": rows.column_names,
        "images": [[[*image.size, *image.convert("RGB").getpixel((0, 0))] for image in row["images"]] for row in rows],
        "texts": [seeing.tokenizer.decode(row).replace("<|endoftext|>", "") for row in batch["input_ids"]],
        "learned": [seeing.tokenizer.decode(row) for row in ids], "pixels": len(batch["pixel_values"]),
    }  # fmt: skip


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
