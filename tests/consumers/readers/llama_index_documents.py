"""What LlamaIndex makes of documents: its own class over each line."""

from __future__ import annotations

import json
import sys
from typing import Any

from llama_index.core.schema import Document


def read(case: dict[str, Any]) -> dict[str, Any]:
    with open(case["path"], encoding="utf-8", newline="\n") as file:
        found = [Document.from_dict(json.loads(line)) for line in file]
    return {"kept": len(found), "rows": [[one.doc_id, one.text, one.metadata] for one in found]}


if __name__ == "__main__":
    print(json.dumps({case["name"]: read(case) for case in json.load(sys.stdin)}))
