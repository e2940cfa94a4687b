"""What `Quality.worth` says of texts with the probe `lm`, beside texts in no order; and the scores of two probes of the same rows, and of another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rowsmith import Lab
from rowsmith.steps.probe_lm import LanguageModel
from rowsmith.steps.probes import Lesson

told = json.load(sys.stdin)
for name, rows in told["files"].items():
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
with Lab(told["home"]) as lab:
    worth = lab.project().quality.worth("rows.jsonl", test="test.jsonl", subsets=["mixed.jsonl"], probe="lm", seeds=5)
lessons = [Lesson(str(number), (), row["text"]) for number, row in enumerate(told["files"]["rows.jsonl"])]
scores = [LanguageModel(some).scores(lessons[:70]) for some in (lessons, lessons[::-1], lessons[:60])]
print(json.dumps({"worth": worth.dump(), "scores": scores}))
