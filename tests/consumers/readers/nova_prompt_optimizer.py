"""What the Nova prompt optimizer's own adapters make of a folder: rows by file, and the prompt in its standard form."""

from __future__ import annotations

import json
import sys
from typing import Any

from amzn_nova_prompt_optimizer.core.input_adapters.dataset_adapter import JSONDatasetAdapter
from amzn_nova_prompt_optimizer.core.input_adapters.prompt_adapter import TextPromptAdapter

told = json.load(sys.stdin)
rows: dict[str, Any] = {}
for name in ("train.jsonl", "test.jsonl"):
    data = JSONDatasetAdapter(set(told["input_columns"]), {told["output_column"]})
    data.adapt(f"{told['folder']}/{name}")
    rows[name] = data.fetch()
first, second = data.split(0.5, stratify=True)
prompt = TextPromptAdapter()
prompt.set_system_prompt(file_path=f"{told['folder']}/system_prompt.txt")
prompt.set_user_prompt(file_path=f"{told['folder']}/user_prompt.txt", variables=set(told["input_columns"]))
prompt.adapt()
print(json.dumps({"rows": rows, "split": [len(first.fetch()), len(second.fetch())], "prompt": prompt.fetch()}, default=sorted))
