"""What torchtune makes of files: its transform of each line into messages, checked as before training."""

from __future__ import annotations

import json
import sys
from typing import Any

from torchtune.data import AlpacaToMessages, InputOutputToMessages, OpenAIToMessages, ShareGPTToMessages, validate_messages

TRANSFORMS = {"openai": OpenAIToMessages, "sharegpt": ShareGPTToMessages, "alpaca": AlpacaToMessages, "input-output": InputOutputToMessages}


def read(case: dict[str, Any]) -> dict[str, Any]:
    transform = TRANSFORMS[case["transform"]](**case.get("settings", {}))
    rows = []
    with open(case["path"], encoding="utf-8", newline="\n") as file:
        for line in file:
            messages = transform(json.loads(line))["messages"]
            validate_messages(messages)
            rows.append([[message.role, message.text_content] for message in messages])
    return {"kept": len(rows), "rows": rows}


def told(case: dict[str, Any]) -> dict[str, Any]:
    """What came of it; a case that may stop the transform says so by itself."""
    if not case.get("stops"):
        return read(case)
    try:
        return read(case)
    except (ValueError, KeyError, IndexError, TypeError, UnboundLocalError) as error:
        return {"kept": 0, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(json.dumps({case["name"]: told(case) for case in json.load(sys.stdin)}))
