"""A tokenizer with a chat template in a folder: each letter is a token, and so are the marks."""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{% if message['role'] == 'assistant' %}{% generation %}"
    "{{ message['content'] }}{% endgeneration %}{% else %}{{ message['content'] }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(folder: Path, template: str | None = TEMPLATE) -> Path:
    """Write it, and give the folder."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers

    marks = ["<|unk|>", "<|im_start|>", "<|im_end|>"]
    letters = [chr(code) for code in range(32, 127)] + ["\n"]
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate([*marks, *letters])}, unk_token="<|unk|>"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")  # type: ignore[assignment]
    made.add_special_tokens(marks)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    known = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>", "pad_token": "<|unk|>", "model_max_length": 2048}
    settings = {**known, **({"chat_template": template} if template else {})}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder
