"""MLX-LM (0.32.2): a folder of `train.jsonl`, `valid.jsonl` and `test.jsonl`, records `{messages, tools?}`."""

from __future__ import annotations

from rowsmith.formats.trl_sft import TrlSft


class MlxLm(TrlSft):
    """Conversations as the chat template wants them, for `mlx_lm.lora --data FOLDER`. MLX-LM reads these three names and no others, so what
    others call validation is `valid` here; the first row decides the shape of a file (L30), and all are alike. Letters beyond ASCII are escaped,
    because it reads in whatever encoding the machine has. With `--mask-prompt` only the last message of a row is trained on (L31).
    """

    name = "mlx-lm"
    consumer = "mlx-lm"
    folder = True
    single = True
    ascii = True
    whole = "train"
    splits = {"training": "train", "validation": "valid", "val": "valid", "dev": "valid", "eval": "valid", "testing": "test"}
    rank = 6


FORMAT = MlxLm()
