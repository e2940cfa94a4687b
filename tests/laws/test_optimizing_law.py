"""The parts that a prompt is optimised with: every row in one of them, none in two, the same again; what a prompt shows is never held out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rowsmith import Lab
from rowsmith.app.held_out import DEV, TEST, TRAIN, read_rows
from rowsmith.core.errors import Invalid
from rowsmith.core.ids import source_id
from rowsmith.core.prompts import Example, Prompt
from rowsmith.core.row import Row

WORDS = st.text("abcdefgh ", min_size=1, max_size=12)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("home")) as found:
        yield found


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(WORDS, st.sampled_from("xyz")), min_size=12, max_size=60), seed=st.integers(0, 99), train=st.floats(0.1, 0.4),
    dev=st.floats(0.1, 0.4), shown=st.integers(0, 3), by=st.sampled_from([["source"], ["source", "near_duplicates"]]),
)  # fmt: skip
def test_parts_share_nothing_and_hold_everything(
    lab: Lab, rows: list[tuple[str, str]], seed: int, train: float, dev: float, shown: int, by: list[str]
) -> None:
    every = [Row(source_id("s", str(n), 0), n.to_bytes(6, "big"), {"text": text, "label": label}) for n, (text, label) in enumerate(rows)]
    prompt = Prompt(text="Say {{ text }}", examples=[Example(input=text, answer=label) for text, label in rows[:shown]])
    sizes = f"train={train},dev={dev},test=rest"

    def parts() -> dict[str, list[str]]:
        found = read_rows(lab, "d", every, prompt, answer="label", metric="exact", sizes=sizes, by=by, seed=seed)
        return {name: [row.id for row in part] for name, part in found.parts.items()}

    try:
        one = parts()
    except Invalid as error:
        assume("would have" not in str(error))
        raise
    assert sorted(id_ for ids in one.values() for id_ in ids) == sorted(row.id for row in every)
    assert one == parts()
    texts = {name: {row.data["text"] for row in every if row.id in one[name]} for name in (TRAIN, DEV, TEST)}
    assert (texts[DEV] | texts[TEST]).isdisjoint(text for text, _ in rows[:shown])
    if "near_duplicates" in by:
        assert all(texts[one].isdisjoint(texts[other]) for one, other in ((TRAIN, DEV), (TRAIN, TEST), (DEV, TEST)))
