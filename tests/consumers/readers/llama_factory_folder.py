"""What LLaMA-Factory makes of a folder that we wrote: its own loader, told by the dataset_info.json that lies there; rows kept by dataset. Where a
case `sees`, it is that of a model that does, and opens every image."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import tiny
import transformers

os.environ["DISABLE_VERSION_CHECK"] = "1"
assert transformers.utils.is_torch_available()
sys.modules["torchaudio"] = ModuleType("torchaudio")  # asked for by LLaMA-Factory, and not needed for text

from llamafactory.data import get_dataset, get_template_and_fix_tokenizer  # noqa: E402
from llamafactory.hparams import DataArguments, ModelArguments  # noqa: E402


def processor(tokens: Any) -> Any:
    """LLaVA's, of which an image is four tokens."""
    from transformers import CLIPImageProcessorPil, LlavaProcessor

    tokens.add_special_tokens({"additional_special_tokens": ["<image>"]})
    seeing = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    return LlavaProcessor(
        image_processor=seeing, tokenizer=tokens, patch_size=16, vision_feature_select_strategy="default", image_token="<image>",
        num_additional_image_tokens=1,
    )  # fmt: skip


def read(case: dict[str, Any], base: Path) -> dict[str, Any]:
    folder, kept = Path(case["path"]), {}
    texts = [line for path in folder.glob("*.jsonl") for line in path.read_text(encoding="utf-8").split("\n")]
    tokens = tiny.tokenizer(texts)
    more = {"processor": processor(tokens)} if case.get("sees") else {}
    tiny.save_model(len(tokens), str(base))
    tokens.save_pretrained(base)
    for name in json.loads((folder / "dataset_info.json").read_text(encoding="ascii")):
        model = ModelArguments(model_name_or_path=str(base))
        data = DataArguments(dataset=name, dataset_dir=str(folder), template="llava" if more else "chatml", cutoff_len=2048)
        template = get_template_and_fix_tokenizer(tokens, data)
        training = transformers.Seq2SeqTrainingArguments(output_dir=str(base / "out"), use_cpu=True, report_to="none")
        found = get_dataset(template, model, data, training, stage=case["stage"], tokenizer=tokens, **more)["train_dataset"]
        column = "input_ids" if "input_ids" in found.column_names else "chosen_input_ids"
        kept[name] = [tokens.decode(ids) for ids in found[column]]
    return kept


def main() -> None:
    said = {}
    for case in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as base:
            try:
                said[case["name"]] = read(case, Path(base))
            except (ValueError, OSError) as error:
                if not case.get("stops"):
                    raise
                said[case["name"]] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
