"""Plain data as YAML that reads back the same (engine.yaml_text)."""

from __future__ import annotations

from typing import Any

import yaml

from rowsmith.engine.yaml_text import scalar

BREAKS = set("\r\x85\u2028\u2029\ufeff")
"""Signs that YAML takes for line breaks, or drops, unless they are written as escapes."""


def written(data: Any) -> str:
    """The data as YAML, keys in their order: texts of several lines as blocks, and in quotes whatever would be read as something else."""
    return str(yaml.dump(data, None, _Dumper, sort_keys=False, allow_unicode=True, width=120))


class _Dumper(yaml.SafeDumper):
    """Without aliases, which would hide what stands where."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if scalar(text) is not text or BREAKS & set(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
