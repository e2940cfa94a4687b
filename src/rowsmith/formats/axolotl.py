"""Axolotl (0.19.0): a folder of conversations `{messages, tools?}` for `type: chat_template`, and the `axolotl.yml` that names them."""

from __future__ import annotations

from rowsmith.core.row import Json, Row
from rowsmith.formats import _chat, _reading, _trl
from rowsmith.formats._format import Companions, Format, Laid

_FIELDS = _trl.FIELDS | {"weight"}
_TESTED = ("validation", "valid", "val", "dev", "eval", "test", "testing")


class Axolotl(Format):
    """Messages as chat templates want them. A message's weight of 0 is `train: false`, any other weight `train: true`.

    `axolotl.yml` is a configuration to complete: it names the data files, and stops at rows that are too long instead of dropping them in
    silence (L34). Splits for validation and tests are its `test_datasets`.
    """

    name = "axolotl"
    consumer = "axolotl"
    folder = True
    whole = "train"
    needs = _chat.NEEDS
    drops = ("columns beside the conversation", "fields of messages that chat templates do not read")
    keys = ("messages", "tools")
    rank = 7

    def row(self, row: Row) -> dict[str, Json]:
        """The record; fails with the reasons of `_trl.messages`, `_trl.with_tools` and `_chat.conversation`."""
        found = _chat.conversation(row)
        messages = [_weighted(message, told) for message, told in zip(_trl.messages(found), found, strict=True)]
        return _trl.with_tools({"messages": messages}, row)

    def lost(self, row: Row) -> list[str]:
        """What the record does not hold."""
        return _chat.lost(row, _FIELDS)

    def read(self, record: dict[str, Json]) -> dict[str, Json]:
        """The conversation, with weights of 0 and 1; fails with the reasons of `_reading.conversation`."""
        found = _reading.conversation(record, fields=_trl.FIELDS | {"train"})
        return {**found, "messages": [_unweighted(message) for message in found["messages"]]}

    def companions(self) -> Companions:
        """`axolotl.yml`."""
        return _Config()


class _Config(Companions):
    def files(self, laid: Laid) -> dict[str, bytes]:
        """The configuration, to be run in the folder."""
        trained = [file.path for file in laid.files if file.split not in _TESTED]
        tested = [file.path for file in laid.files if file.split in _TESTED]
        lines = ["# Run in this folder: axolotl train axolotl.yml", "# Name the model that is to be trained.", "base_model: MODEL", ""]
        lines += [*_datasets("datasets", trained), *_datasets("test_datasets", tested, split=True), ""]
        lines += ["# Rows that are longer stop the training, instead of being dropped in silence."]
        lines += ["sequence_len: 2048", "excess_length_strategy: raise"]
        lines += ["micro_batch_size: 1", "gradient_accumulation_steps: 8", "num_epochs: 1", "learning_rate: 1.0e-4", "output_dir: ./trained"]
        return {"axolotl.yml": "\n".join([*lines, ""]).encode()}


def _datasets(name: str, paths: list[str], *, split: bool = False) -> list[str]:
    more = ["    split: train"] if split else []
    lines = [[f"  - path: {path}", "    ds_type: json", "    type: chat_template", "    message_field_training: train", *more] for path in paths]
    return [f"{name}:", *(line for one in lines for line in one)] if paths else []


def _weighted(message: dict[str, Json], told: _chat.Message) -> dict[str, Json]:
    weight = told.get("weight")
    return message if weight is None or weight == "" or weight in ([], {}) else {**message, "train": weight != 0}


def _unweighted(message: _chat.Message) -> _chat.Message:
    rest = {name: value for name, value in message.items() if name != "train"}
    return {**rest, "weight": int(bool(message["train"]))} if "train" in message else rest


FORMAT = Axolotl()
