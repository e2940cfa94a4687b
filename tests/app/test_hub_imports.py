"""Datasets on a hub: a split, columns, a random sample; the files that are a split; what is said where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dataset_hub import DatasetHub, dataset_hub, lines, parquet, said
from homes import Place, Workshop
from web import http

from rowsmith.app.conversion import convert
from rowsmith.app.detection import detect
from rowsmith.app.downloads import Part
from rowsmith.app.imports import Import
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.row import Row

TRAIN = [{"instruction": f"How many are {n}?", "input": "", "output": f"{n} of them.", "level": n % 3} for n in range(250)]
TEST = [{"instruction": f"How few are {n}?", "input": "", "output": f"{n}.", "level": 0} for n in range(5)]
TOKEN = "hf_canary0123456789"


@pytest.fixture
def hub() -> Iterator[DatasetHub]:
    with dataset_hub() as made:
        shards = {"train-00000-of-00002": TRAIN[:200], "train-00001-of-00002": TRAIN[200:], "test-00000-of-00001": TEST}
        files = {f"data/{name}.parquet": parquet(rows) for name, rows in shards.items()}
        made.commit = made.add("acme/qa", {**files, "README.md": b"---\nlicense: cc-by-4.0\n---\n"})
        yield made


class Here:
    """A home whose environment names the hub."""

    def __init__(self, shop: Workshop, hub: DatasetHub) -> None:
        self.hub, self.datasets = hub, shop.lab.project().datasets
        self.datasets.lab.environ = {**shop.lab.environ, **hub.environ(shop.folder / "cache")}

    def take(self, name: str, into: str = "t", **how: Any) -> Import:
        options = {key: how.pop(key) for key in ("format", "strict", "key") if key in how}
        return self.datasets.import_([name], into, part=Part(**how), **options)

    def rows(self, into: str = "t") -> list[Row]:
        return list(self.datasets.rows(into))


@pytest.fixture
def here(where: Place, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    with Workshop(where) as shop:
        monkeypatch.chdir(shop.folder)
        yield Here(shop, hub)


def outputs(rows: list[Row]) -> list[str]:
    return [row.data["answer"] for row in rows]


def test_a_split_is_taken_whole_with_its_commit_and_licence(here: Here) -> None:
    done = here.take("hf:acme/qa", split="train")
    assert (done.read, done.kept, done.rejected_count) == (250, 250, 0)
    assert outputs(here.rows()) == [one["output"] for one in TRAIN]
    source = here.rows()[0].origin["source"]
    name = "acme/qa/data/train-00000-of-00002.parquet"
    url = f"http://127.0.0.1:{here.hub.hub.port}/datasets/acme/qa/resolve/{here.hub.commit}/data/train-00000-of-00002.parquet"
    assert {key: source[key] for key in source if key != "hash"} == {
        "name": name, "line": 1, "dataset": "acme/qa", "revision": "main", "commit": here.hub.commit, "config": "default", "split": "train",
        "licence": "cc-by-4.0", "url": url,
    }  # fmt: skip
    assert {one.licences for one in here.datasets.licences("t").sources} == {("cc-by-4.0",)}


def test_the_cache_may_be_named_from_where_the_user_stands(here: Here) -> None:
    here.datasets.lab.environ = {**here.datasets.lab.environ, "ROWSMITH_CACHE": "cache"}
    assert here.take("hf:acme/qa", split="test").kept == len(TEST)


def test_the_same_again_is_the_same_import_and_a_new_commit_keeps_ids(here: Here) -> None:
    first = here.take("hf:acme/qa/default/test")
    ids = [row.id for row in here.rows()]
    assert here.take("hf:acme/qa", split="test") == first
    newer = here.hub.add("acme/qa", {"data/test-00000-of-00001.parquet": parquet([*TEST, {**TEST[0], "output": "New."}])})
    again = here.take("hf:acme/qa/default/test")
    assert (again.run != first.run, [row.id for row in here.rows()][:5]) == (True, ids)
    assert here.rows()[5].origin["source"]["commit"] == newer
    assert here.take(f"hf:acme/qa/default/test@{here.hub.commit}", "old").kept == 5


def test_columns_are_chosen_of_any_file(here: Here) -> None:
    here.take("hf:acme/qa", split="test", columns=("instruction", "output"), format="jsonl")
    assert here.rows()[0].data == {"instruction": "How few are 0?", "output": "0."}
    Path("a.jsonl").write_bytes(lines([{"a": 1, "b": 2}, {"b": 3}]))
    here.take("a.jsonl", "a", columns=("b",), format="jsonl")
    assert [row.data for row in here.rows("a")] == [{"b": 2}, {"b": 3}]
    with pytest.raises(NotFound, match=r"no record has a column 'c'.*Choose one of: a, b"):
        here.take("a.jsonl", "c", columns=("c",), format="jsonl")


# -- which files are which split ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "files"),
    [("train", {"train.jsonl": 0, "dev.jsonl": 1}), ("validation", {"train.jsonl": 1, "dev.jsonl": 0}),
     ("test", {"qa/test/a.jsonl": 0, "qa/train/b.jsonl": 1}), ("train", {"anything.jsonl": 0, "LICENSE": 1, ".hidden/x.jsonl": 1}),
     ("test", {"my-eval_2.jsonl": 0, "my-training_1.jsonl": 1}), ("train", {"data/train-00000-of-00001.jsonl": 0, "test.jsonl": 1})],
)  # fmt: skip
def test_the_rules_of_names(here: Here, name: str, files: dict[str, int]) -> None:
    here.hub.add("acme/names", {path: lines([TEST[n]]) for path, n in files.items()})
    here.take("hf:acme/names", split=name)
    assert outputs(here.rows()) == ["0."]


CONFIGS = """---
configs:
- config_name: en
  data_files:
  - {split: train, path: ["parts/en-*.jsonl", "more/**/en.jsonl"]}
  - {split: held_out, path: parts/x.jsonl}
- config_name: de
  data_files: "parts/de-[0-9].jsonl"
- config_name: fr
  data_dir: french
---
# A card
"""


def test_what_the_readme_says_goes_before(here: Here) -> None:
    files = {"parts/en-1.jsonl": 0, "more/a/b/en.jsonl": 1, "parts/x.jsonl": 2, "parts/de-1.jsonl": 3, "parts/de-a.jsonl": 4, "french/test.jsonl": 4}
    here.hub.add("acme/many", {"README.md": CONFIGS.encode(), **{path: lines([TEST[n]]) for path, n in files.items()}})
    names = [("en/train", "01"), ("en/held_out", "2"), ("de", "3"), ("fr", "4")]
    for number, (name, expected) in enumerate(names):
        here.take(f"hf:acme/many/{name}", f"t{number}")
        assert sorted(outputs(here.rows(f"t{number}"))) == [f"{n}." for n in expected]


def test_a_split_of_another_kind_is_not_passed_over(here: Here) -> None:
    files = "data_files: [{split: train, path: a.parquet}, {split: test, path: b.jsonl}]"
    card = f"---\nconfigs: [{{config_name: default, {files}}}]\n---\n".encode()
    here.hub.add("acme/mixed", {"README.md": card, "a.parquet": parquet(TEST[:3]), "b.jsonl": lines(TEST[:2])})
    with pytest.raises(Invalid, match="has several splits: train, test"):
        here.take("hf:acme/mixed")
    assert (here.take("hf:acme/mixed", split="train").kept, here.take("hf:acme/mixed", "u", split="test").kept) == (3, 2)


def test_a_list_of_files_that_comes_in_pages_is_read_to_its_end(here: Here) -> None:
    here.hub.page = 2
    here.take("hf:acme/qa", split="train")
    assert len(here.rows()) == 250
    assert sum("/tree/" in seen.target for seen in here.hub.hub.seen) == 4


def test_what_cannot_be_read_as_it_is_comes_from_the_hubs_own_parquet(here: Here) -> None:
    here.hub.add("acme/script", {"script.py": b"import os\n", "data.bin": b"\0\1"})
    here.hub.convert("acme/script", {("default", "train"): TRAIN[:3], ("default", "test"): TEST})
    here.take("hf:acme/script", split="test")
    assert outputs(here.rows()) == [one["output"] for one in TEST]
    assert here.rows()[0].origin["source"]["name"] == "acme/script/default/test/0000.parquet"
    older = here.hub.repos["acme/script"].refs["main"]
    here.hub.add("acme/script", {"script.py": b"import sys\n"})
    with pytest.raises(Unavailable, match="has converted acme/script at"):
        here.take(f"hf:acme/script@{older}", split="test")


# -- a sample -------------------------------------------------------------------------------------------------------------------------


def test_a_sample_is_random_by_its_seed_and_downloads_nothing(here: Here) -> None:
    here.hub.convert("acme/qa", {("default", "train"): TRAIN, ("default", "test"): TEST})
    done = here.take("hf:acme/qa", split="train", sample=20, seed=7)
    rows = here.rows()
    numbers = [row.origin["source"]["line"] for row in rows]
    assert (done.kept, len(set(numbers)), numbers, numbers != list(range(1, 21))) == (20, 20, sorted(numbers), True)
    assert outputs(rows) == [TRAIN[n - 1]["output"] for n in numbers]
    source = rows[0].origin["source"]
    assert [source[key] for key in ("dataset", "split", "commit", "sample", "seed", "of")] == ["acme/qa", "train", here.hub.commit, 20, 7, 250]
    asked = [seen.target for seen in here.hub.rows.seen if seen.target.startswith("/rows")]
    assert (len(asked) <= 4, [seen for seen in here.hub.hub.seen if "resolve" in seen.target]) == (True, [])
    assert here.take("hf:acme/qa", split="train", sample=20, seed=7) == done
    here.take("hf:acme/qa", "other", split="train", sample=20, seed=8)
    assert [row.origin["source"]["line"] for row in here.rows("other")] != numbers
    assert "no more than 5 rows" in here.take("hf:acme/qa", "few", split="test", sample=9).notes[0]
    assert len(here.rows("few")) == 5


def test_a_sample_of_columns(here: Here) -> None:
    here.hub.convert("acme/qa", {("default", "train"): TRAIN})
    here.take("hf:acme/qa", sample=3, columns=("output",), format="jsonl")
    assert [sorted(row.data) for row in here.rows()] == [["output"]] * 3
    with pytest.raises(NotFound, match=r"no column 'outptu'.*Did you mean 'output'"):
        here.take("hf:acme/qa", sample=3, columns=("outptu",))


def test_a_row_that_is_cut_short_is_rejected_and_said(here: Here) -> None:
    here.hub.convert("acme/qa", {("default", "test"): TEST})
    here.hub.cut = {3}
    done = here.take("hf:acme/qa", sample=5)
    assert (done.read, done.kept) == (5, 4)
    assert [(one["line"], one["reason"], one["detail"]) for one in done.rejected] == [
        (4, "truncated", "The server of rows has cut off instruction; a whole split has it.")
    ]
    with pytest.raises(Invalid, match="1 record cannot be taken"):
        here.take("hf:acme/qa", "u", sample=5, strict=True)


def test_a_cell_that_comes_whole_when_it_is_asked_for_alone_is_taken(here: Here) -> None:
    here.hub.convert("acme/qa", {("default", "test"): TEST})

    def interfere(name: str, seen: Any) -> None:
        here.hub.cut = set() if "length=1" in seen.target else {3}

    here.hub.interfere = interfere
    assert here.take("hf:acme/qa", sample=5).kept == 5


def test_a_busy_server_of_rows_is_waited_for_as_it_asks(here: Here) -> None:
    here.hub.convert("acme/qa", {("default", "test"): TEST})
    busy = [said({"error": "too many requests"}, 429, Retry_After="0"), http(status=503), None, said({}, 429, RateLimit='"api";r=0;t=1'), None, None]
    here.hub.interfere = lambda name, seen: busy.pop(0) if busy else None
    assert here.take("hf:acme/qa", sample=5).kept == 5
    here.hub.interfere = lambda name, seen: said({}, 429, Retry_After="7200")
    with pytest.raises(Unavailable, match=r"busy .HTTP 429.. Do the same again later, in 7200 s"):
        here.take("hf:acme/qa", "u", sample=5)


def test_pictures_in_a_sample_are_refused_for_what_they_would_be(here: Here) -> None:
    here.hub.features = {"instruction": {"_type": "Image"}}
    here.hub.convert("acme/qa", {("default", "test"): TEST})
    with pytest.raises(Invalid, match="instruction as addresses that expire"):
        here.take("hf:acme/qa", sample=2)
    assert here.take("hf:acme/qa", sample=2, columns=("output",), format="jsonl").kept == 2


# -- bad input ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [("hf:acme/qa", {}, "has several splits: test, train. Name one of them: --split test"),
     ("hf:acme/qa", {"split": "trian"}, "no split 'trian'. Did you mean 'train'"),
     ("hf:acme/qa/xy/train", {}, "no configuration 'xy'. Choose one of: default"),
     ("hf:acme/qa/default/test", {"split": "train"}, "names the split test, and --split train another one"),
     ("hf:acme/none", {}, "has no repository datasets/acme/none, or it is private"),
     ("hf:acme/qa@v9", {}, "has no revision v9"),
     ("hf:acme/gated", {}, "is gated: its owner lets in who has agreed"),
     ("hf:acme/empty", {}, "has not prepared acme/empty yet"),
     ("hf:acme", {}, "names no file of a hub"),
     ("hf:datasets/acme/qa/none.jsonl", {}, "has no file none.jsonl at main"),
     ("hf:datasets/acme/qa/x.jsonl", {"sample": 2}, "is a file, which has no splits"),
     ("a.jsonl", {"sample": 2}, "is no dataset on a hub"),
     ("hf:acme/private", {"sample": 2}, "server of rows does not let us read acme/private")],
)  # fmt: skip
def test_what_cannot_be_taken_is_said(here: Here, name: str, how: dict[str, Any], says: str) -> None:
    here.hub.add("acme/gated", {"a.jsonl": lines(TEST)})
    here.hub.repos["acme/gated"].gated = True
    here.hub.add("acme/empty", {"README.md": b"Nothing yet.\n"})
    here.hub.add("acme/private", {"a.jsonl": lines(TEST)}, private=True)
    with pytest.raises((Invalid, NotFound, Unavailable)) as error:
        here.take(name, **how)
    assert says in str(error.value)


def test_several_configurations_are_listed(here: Here) -> None:
    here.hub.add("acme/many", {"README.md": CONFIGS.encode(), "parts/en-1.jsonl": lines(TEST), "parts/de-1.jsonl": lines(TEST)})
    with pytest.raises(Invalid, match=r"several configurations: en, de. Name one of them: hf:acme/many/en"):
        here.take("hf:acme/many")


def test_a_private_dataset_takes_a_token_and_tells_it_to_nobody(here: Here) -> None:
    here.hub.add("acme/private", {"a.parquet": parquet(TEST)}, private=True)
    here.hub.writes = {TOKEN: ("acme",)}
    here.datasets.lab.environ = {**here.datasets.lab.environ, "ROWSMITH_KEK": "A" * 43, "ROWSMITH_CONFIG": str(Path("conf").absolute())}
    here.datasets.lab.keys.add("HF_TOKEN", TOKEN, url=here.datasets.lab.environ["HF_ENDPOINT"])
    assert here.take("hf:acme/private").kept == 5
    assert all("authorization" not in seen.headers for seen in here.hub.store.seen)
    assert TOKEN not in json.dumps([row.origin for row in here.rows()])


def test_detect_and_convert_read_the_same_names(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in here.hub.environ(Path("cache").absolute()).items():
        monkeypatch.setenv(name, value)
    assert detect("hf:acme/qa/default/test").candidates[0].format == "alpaca"
    assert convert("hf:acme/qa/default/test", "out.jsonl", "sharegpt").written == 5
    assert convert("hf:datasets/acme/qa/data/test-00000-of-00001.parquet", "two.jsonl", "sharegpt").written == 5
    with pytest.raises(Invalid, match=r"is 2 files. Import it"):
        detect("hf:acme/qa/default/train")
