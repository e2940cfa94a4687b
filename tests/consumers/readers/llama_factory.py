"""What LLaMA-Factory makes of files: its own loader, over a folder with the dataset_info.json that it is told; what is trained on, decoded."""

from __future__ import annotations

import json
import os
import shutil
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


def read(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    name, path = case["name"], Path(case["path"])
    shutil.copy(path, folder / path.name)
    (folder / "dataset_info.json").write_text(json.dumps({name: {"file_name": path.name, **case["info"]}}), encoding="utf-8")
    tokens = tiny.tokenizer(path.read_text(encoding="utf-8").split("\n"))
    base = folder / f"{name}-model"
    tiny.save_model(len(tokens), str(base))
    tokens.save_pretrained(base)
    model = ModelArguments(model_name_or_path=str(base))
    data = DataArguments(dataset=name, dataset_dir=str(folder), template="chatml", cutoff_len=2048)
    template = get_template_and_fix_tokenizer(tokens, data)
    training = transformers.Seq2SeqTrainingArguments(output_dir=str(folder / "out"), use_cpu=True, report_to="none")
    found = get_dataset(template, model, data, training, stage=case["stage"], tokenizer=tokens)["train_dataset"]
    columns = [column for column in ("input_ids", "chosen_input_ids", "rejected_input_ids") if column in found.column_names]
    return {"kept": len(found), "texts": {column: [tokens.decode(ids) for ids in found[column]] for column in columns}}


def main() -> None:
    said = {}
    for case in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as folder:
            try:
                said[case["name"]] = read(case, Path(folder))
            except (ValueError, RuntimeError) as error:  # "Cannot find valid samples": every row was skipped
                said[case["name"]] = {"kept": 0, "error": str(error)}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
