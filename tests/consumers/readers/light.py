"""What readers without a training stack make of files: told the cases on standard input, says of each how many records were read, and what."""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any


def lines(path: str) -> list[Any]:
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def datasets(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """`datasets`: load_dataset on the file, as a trainer does."""
    from datasets import load_dataset

    found = load_dataset(case["kind"], data_files=case["path"], split="train", cache_dir=folder)
    return {"kept": len(found), "columns": found.column_names, "rows": [dict(row) for row in found]}


def drained(value: Any) -> Any:
    """pydantic checks iterables only when somebody reads them."""
    if isinstance(value, dict):
        return {name: drained(part) for name, part in value.items()}
    if value is None or isinstance(value, (str, bytes, int, float, bool)):
        return value
    return [drained(part) for part in value] if hasattr(value, "__iter__") else value


def openai(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """OpenAI's own types of a conversation."""
    from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
    from pydantic import TypeAdapter

    messages, tools = TypeAdapter(list[ChatCompletionMessageParam]), TypeAdapter(list[ChatCompletionToolParam])
    rows = []
    for line in lines(case["path"]):
        asked = line.get("input", line)
        parts = [asked["messages"], *(line[name] for name in ("preferred_output", "non_preferred_output") if name in line)]
        drained(tools.validate_python(asked.get("tools", [])))
        rows.append([drained(messages.validate_python(part)) for part in parts])
    return {"kept": len(rows), "rows": rows}


def gemini(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """Google's own types."""
    from google.genai import types

    rows = []
    for line in lines(case["path"]):
        if "completions" in line:
            known = {name: value for name, value in line.items() if name != "system_instruction"}  # its type lacks what its page has
            found = types.GeminiPreferenceExample.model_validate(known)
            rows.append([found.contents[-1].parts[0].text, [(one.score, one.completion.parts[0].text) for one in found.completions]])
        else:
            turns = [types.Content.model_validate(turn) for turn in line["contents"]]
            rows.append([[turn.role, turn.parts[0].text] for turn in turns])
        if system := line.get("system_instruction", line.get("systemInstruction")):
            types.Content.model_validate(system)
    return {"kept": len(rows), "rows": rows}


def together(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """Together's check of a file before it is sent."""
    from pathlib import Path

    from together.lib.utils.files import check_file

    found = check_file(Path(case["path"]))
    return {"kept": found["num_samples"] if found["is_check_passed"] else 0, "said": str(found)}


def langchain(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """LangChain's messages and documents."""
    from langchain_core.documents import Document
    from langchain_core.messages import convert_to_messages

    rows: list[Any] = []
    for line in lines(case["path"]):
        if "page_content" in line:
            found = Document(**line)
            rows.append([found.page_content, found.metadata, found.id])
        else:
            rows.append([[one.type, one.content] for one in convert_to_messages(line["messages"])])
    return {"kept": len(rows), "rows": rows}


READERS = {reader.__name__: reader for reader in (datasets, openai, gemini, together, langchain)}


def told(case: dict[str, Any], folder: str) -> dict[str, Any]:
    """What came of it; a case that may stop the reader says so by itself."""
    if not case.get("stops"):
        return READERS[case["reader"]](case, folder)
    try:
        return READERS[case["reader"]](case, folder)
    except (ValueError, KeyError) as error:  # pydantic's are ValueErrors
        return {"kept": 0, "error": f"{type(error).__name__}: {error}"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({case["name"]: told(case, folder) for case in json.load(sys.stdin)}, default=str))


if __name__ == "__main__":
    main()
