"""What Ragas makes of files: `EvaluationDataset.from_list` over their lines; a sample whose fields are all empty was not read."""

from __future__ import annotations

import json
import sys
from typing import Any

from ragas import EvaluationDataset


def read(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8", newline="\n") as file:
        rows = [json.loads(line) for line in file]
    found = EvaluationDataset.from_list(rows)
    said = [sample.model_dump(exclude_none=True) for sample in found.samples]
    return {"kept": sum(bool(sample) for sample in said), "rows": said, "features": sorted(found.features())}


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case["path"]) for case in json.load(sys.stdin)}))
