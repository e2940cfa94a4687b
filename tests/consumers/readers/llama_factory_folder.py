"""What LLaMA-Factory makes of a folder that we wrote: its own loader, told by the dataset_info.json that lies there; rows kept by dataset."""

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


def read(case: dict[str, Any], base: Path) -> dict[str, Any]:
    folder, kept = Path(case["path"]), {}
    texts = [line for path in folder.glob("*.jsonl") for line in path.read_text(encoding="utf-8").split("\n")]
    tokens = tiny.tokenizer(texts)
    tiny.save_model(len(tokens), str(base))
    tokens.save_pretrained(base)
    for name in json.loads((folder / "dataset_info.json").read_text(encoding="ascii")):
        model = ModelArguments(model_name_or_path=str(base))
        data = DataArguments(dataset=name, dataset_dir=str(folder), template="chatml", cutoff_len=2048)
        template = get_template_and_fix_tokenizer(tokens, data)
        training = transformers.Seq2SeqTrainingArguments(output_dir=str(base / "out"), use_cpu=True, report_to="none")
        found = get_dataset(template, model, data, training, stage=case["stage"], tokenizer=tokens)["train_dataset"]
        column = "input_ids" if "input_ids" in found.column_names else "chosen_input_ids"
        kept[name] = [tokens.decode(ids) for ids in found[column]]
    return kept


def main() -> None:
    said = {}
    for case in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as base:
            said[case["name"]] = read(case, Path(base))
    print(json.dumps(said))


if __name__ == "__main__":
    main()
