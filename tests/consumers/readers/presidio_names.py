"""Makes spaCy models, and finds and hides names and places with them: by score.pii in a run and `rowsmith redact`."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import spacy
from spacy.training import Example

from rowsmith import Lab
from rowsmith.core.recipe import Recipe
from rowsmith.core.row import Row
from rowsmith.steps.presidio import names_in
from rowsmith.steps.read.rows import ReadRows
from rowsmith.steps.score.pii import Pii
from rowsmith.steps.transform.anonymise import Anonymise

told = json.load(sys.stdin)
FOLDER = Path(told["folder"])


def ruled(folder: Path) -> Path:
    """An English model that knows the names and places that it is told."""
    nlp = spacy.blank("en", meta={"name": "toy"})
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": text} for label, text in told["known"]])
    nlp.to_disk(folder)
    return folder


def trained(folder: Path) -> Path:
    """A German model that learned a few sentences."""
    random.seed(0)
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("de")
    nlp.add_pipe("ner")
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": spans}) for text, spans in told["lessons"]]
    nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, sgd=None)
    nlp.to_disk(folder)
    return folder


def packaged(model: Path, site: Path) -> str:
    """The model as an installed package, as spaCy makes them."""
    subprocess.run([sys.executable, "-m", "spacy", "package", str(model), str(FOLDER), "--build", "none", "--force"], check=True, capture_output=True)
    (made,) = FOLDER.glob("en_toy-*")
    shutil.copytree(made / "en_toy", site / "en_toy")
    shutil.copy(made / "meta.json", site / "en_toy")
    (site / f"{made.name}.dist-info").mkdir()
    (site / f"{made.name}.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: en_toy\nVersion: {made.name.partition('-')[2]}\n")
    sys.path.insert(0, str(site))
    return "en_toy"


def flags(row: Row) -> list[list[object]]:
    return [[one["reason"], one["path"], one["span"]] for one in row.origin.get("flags", ())]


english, german = ruled(FOLDER / "english"), trained(FOLDER / "german")
name = packaged(english, FOLDER / "site")
said: dict[str, object] = {"package": [list(one) for one in names_in(told["rows"][0]["answer"], name)]}
said["german"] = [[one.kind, told["unseen"][one.start : one.end]] for one in names_in(told["unseen"], str(german))]
with Lab(FOLDER / "home") as lab:
    project = lab.project()
    found = project.runs.start(Recipe(name="found", steps=[ReadRows(rows=told["rows"]), Pii(names=str(english))]))
    said["flags"] = [flags(row) for row in project.datasets.rows(found.dataset)]
    hidden = project.runs.start(Recipe(name="hidden", steps=[ReadRows(rows=told["rows"]), Anonymise(names=str(english), how="mask")]))
    said["hidden"] = [row.data for row in project.datasets.rows(hidden.dataset)]
    file = FOLDER / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in told["rows"]))
command = [str(Path(sys.executable).with_name("rowsmith")), "redact", str(file), "-o", str(FOLDER / "clean.jsonl"), "--names", str(english), "--json"]
done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
said["redact"] = {"told": json.loads(done.stdout), "rows": [json.loads(line) for line in (FOLDER / "clean.jsonl").read_text().splitlines()]}
absent = subprocess.run([*command[:-2], "xx_absent_toy"], capture_output=True, text=True, env=os.environ)
said["absent"] = [absent.returncode, absent.stderr]
begun, texts = time.process_time(), [row["answer"] for row in told["rows"] if "answer" in row]
for _ in range(200):
    for text in texts:
        names_in(text, str(english))
said["milliseconds_a_text"] = round((time.process_time() - begun) * 5 / len(texts), 3)
print(json.dumps(said))
