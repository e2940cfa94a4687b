"""What DeepEval makes of files: its own loader of goldens."""

from __future__ import annotations

import json
import sys
from typing import Any

from deepeval.dataset import EvaluationDataset


def read(path: str) -> dict[str, Any]:
    found = EvaluationDataset()
    found.add_goldens_from_jsonl_file(file_path=path)
    fields = ("input", "expected_output", "context", "additional_metadata")
    said = [{name: value for name in fields if (value := getattr(golden, name)) is not None} for golden in found.goldens]
    return {"kept": len(said), "rows": said}


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case["path"]) for case in json.load(sys.stdin)}))
