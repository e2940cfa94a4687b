"""Writes a value as the instructions for XML ask a model to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rowsmith.llm.xml_form import ITEM, Shape, XmlForm


def written(value: Any, form: XmlForm, cdata: Callable[[str], bool] = lambda text: False, gap: str = "\n") -> str:
    """The elements. `cdata` says which texts go into CDATA where entities would do; `gap` stands between elements."""
    return _element(form.root, value, form.shape, cdata, gap)


def _element(tag: str, value: Any, shape: Shape, cdata: Callable[[str], bool], gap: str) -> str:
    if value is None and shape.nullable:
        inner = "null"
    elif shape.kind == "object":
        tags = {name: (tag, field) for tag, (name, field) in shape.fields.items()}
        inner = gap + "".join(_element(tags[name][0], item, tags[name][1], cdata, gap) + gap for name, item in value.items())
    elif shape.kind == "list":
        assert shape.item is not None
        inner = gap + "".join(_element(ITEM, item, shape.item, cdata, gap) + gap for item in value)
    elif shape.kind == "text":
        inner = _text(value, cdata(value))
    else:
        inner = _text(json.dumps(value, ensure_ascii=False), cdata("json"))
    return f"<{tag}>{inner}</{tag}>"


def _text(value: str, cdata: bool) -> str:
    if cdata or value != value.strip() or value == "null":
        return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
