"""Makes a tiny checkpoint of Detoxify's form, and scores rows with it: by the library itself, and by score.toxicity in a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from detoxify import Detoxify
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from rowsmith import Lab
from rowsmith.core.models import Model
from rowsmith.core.recipe import Recipe
from rowsmith.steps.read.rows import ReadRows
from rowsmith.steps.score.toxicity import Toxicity

told = json.load(sys.stdin)
FOLDER = Path(told["folder"])
CLASSES = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]


def checkpoint(folder: Path) -> Path:
    """A checkpoint as the library's training leaves it, with random weights, and the configuration and words that it needs beside it."""
    torch.manual_seed(3)
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *told["words"]]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=32,
        num_labels=len(CLASSES), initializer_range=1.0,
    )  # fmt: skip
    config.save_pretrained(folder)
    weights = BertForSequenceClassification(config).state_dict()
    made = {"model_type": str(folder), "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer", "num_classes": len(CLASSES)}
    path = folder / "toy.ckpt"
    torch.save({"config": {"arch": {"args": made}, "dataset": {"args": {"classes": CLASSES}}}, "state_dict": weights}, path)
    return path


path = checkpoint(FOLDER / "model")
library = Detoxify(checkpoint=str(path), huggingface_config_path=str(path.parent))
said: dict[str, object] = {"library": [{name: float(score) for name, score in library.predict(text).items()} for text in told["texts"]]}
thresholds = dict.fromkeys(said["library"][0], 0.0)
models = {"scorer": Model(model=f"detoxify/{path}", extra={"config": str(path.parent)})}
with Lab(FOLDER / "home") as lab:
    project = lab.project()
    for name, rows in (("all", [{"text": text, "other": text} for text in told["texts"]]), ("one", [{"text": told["texts"][0]}])):
        steps = [ReadRows(rows=rows), Toxicity(classifier="scorer", thresholds=thresholds)]
        done = project.runs.start(Recipe(name=name, models=models, steps=steps))
        said[name] = [
            {one["detail"].split(" ")[0]: one["score"] for one in row.origin["flags"] if one["path"] == "text"} for row in project.datasets.rows(name)
        ]
        said[f"{name} calls"] = done.calls
    long = Recipe(name="long", models=models, steps=[ReadRows(rows=[{"text": "you " * 100}]), Toxicity(classifier="scorer")])
    done = project.runs.start(long)
    said["long"] = project.runs.troubles(done.run)[0]["detail"]
print(json.dumps(said))
