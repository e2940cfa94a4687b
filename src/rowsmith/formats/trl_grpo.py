"""TRL's GRPO and RLOO trainers (1.16.0): `{prompt, ...}`, the prompt as a list of messages, and every further column."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _grpo, _reading, _trl
from rowsmith.formats._format import Format

_RESERVED = (
    "prompt", "prompts", "completion", "completions", "completion_ids", "trainer_state", "log_extra", "log_metric", "environments", "image",
    "images",
)  # fmt: skip


class TrlGrpo(Format):
    """What is asked as messages; every other column goes as it stands to the reward functions, as a list under its own name.

    Of `messages` the last answer becomes the column `answer`. A column that is called like an argument of TRL's own is refused: TRL
    would keep it from the reward functions, or stop.
    """

    name = "trl-grpo"
    consumer = "trl-grpo"
    needs = _grpo.NEEDS
    drops = ("weights and other fields of messages that chat templates do not read",)
    keys = ("prompt",)
    also = _grpo.ANSWERS

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_grpo.prompt`, `_grpo.further` and `_trl.messages`."""
        return {"prompt": _trl.messages(_grpo.prompt(row)), **_grpo.further(row, _RESERVED)}

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.fields_lost(row, _trl.FIELDS, _grpo.used(row))

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The prompt as `input`, or as `messages` where there is an `input` beside it; fails with the reasons of `_reading.messages`."""
        return _grpo.asked(record, _reading.under(record, "prompt"), plain=False)


FORMAT = TrlGrpo()
