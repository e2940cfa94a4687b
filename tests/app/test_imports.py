"""Imports: files of any format into a dataset, and out of one again; what a file is; and one format as another, without a home."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from homes import Place, Workshop
from web import Web, http
from workbooks import workbook

from rowsmith import Lab
from rowsmith.app.conversion import convert
from rowsmith.app.detection import detect
from rowsmith.app.downloads import name_of
from rowsmith.app.profiles import MappingProfile, read_profile
from rowsmith.app.proof import verify
from rowsmith.connectors.containers import Limits
from rowsmith.core.errors import Conflict, Invalid, NotFound
from rowsmith.registry import plugins

PAIRS = [{"instruction": f"How many are {n}?", "input": "", "output": f"{n} ü."} for n in range(40)]
TURNS = [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi."}]


@pytest.fixture
def shop(where: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    with Workshop(where) as made:
        monkeypatch.chdir(made.folder)
        yield made


def put(folder: Path, name: str, *records: Any) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    body = "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in records).encode()
    path.write_bytes(gzip.compress(body) if name.endswith(".gz") else body)
    return path


def test_files_of_several_formats_become_one_dataset_with_their_places(shop: Workshop) -> None:
    put(shop.folder, "in/a.jsonl", *PAIRS[:3], "{broken\n", {"instruction": "b"})
    put(shop.folder, "in/b.jsonl.gz", {"conversations": TURNS})
    put(shop.folder, "in/readme.md", "Not a record.\n")
    datasets = shop.lab.project().datasets
    done = datasets.import_(["in"], "t")
    assert (done.read, done.kept, done.state) == (6, 4, "shortfall")
    assert [(one["file"], one["line"], one["reason"]) for one in done.rejected] == [("a.jsonl", 4, "broken_record"), ("a.jsonl", 5, "keys")]
    kept = [json.loads(line) for line in Path(str(done.rejects)).read_text(encoding="utf-8").splitlines()]
    assert kept == [{**done.rejected[0], "record": "{broken\n"}, {**done.rejected[1], "record": {"instruction": "b"}}]
    told = shop.lab.project().provenance.forget("a.jsonl", dry_run=True)
    assert [copy["where"] for copy in told.unreachable if copy["kind"] == "export"] == [str(Path(str(done.rejects)).absolute())]
    rows = list(datasets.rows("t"))
    assert [sorted(row.data) for row in rows] == [["answer", "input"]] * 3 + [["messages"]]
    assert [(row.origin["source"]["name"], row.origin["source"]["line"]) for row in rows] == [*(("a.jsonl", n) for n in (1, 2, 3)), ("b.jsonl.gz", 1)]
    assert datasets.import_(["in"], "t").version == done.version


def test_what_is_named_or_matched_is_read_whatever_its_suffix(shop: Workshop) -> None:
    datasets = shop.lab.project().datasets
    put(shop.folder, "in/a.txt", PAIRS[0])
    put(shop.folder, "in/b.txt", PAIRS[1])
    with pytest.raises(NotFound, match="None of the 2 files"):
        datasets.import_(["in"], "t")
    assert datasets.import_(["in/a.txt"], "t").kept == 1
    assert datasets.import_(["in/*.txt"], "u").kept == 2


ACME = """from rowsmith.core.errors import RowFailed
from rowsmith.formats import Format

class Acme(Format):
    name = "acme"
    keys = ("q", "a")

    def row(self, row):
        return {"q": row.data["input"], "a": row.data["answer"]}

    def read(self, record):
        if "q" not in record:
            raise RowFailed("keys", "It has no `q`.")
        return {"input": record["q"], "answer": record["a"].upper()}

FORMAT = Acme()
"""


def test_a_format_of_a_plug_in_is_read_once_it_is_trusted(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(shop.folder / "config"))
    project, path = shop.lab.project(), put(shop.folder, "a.jsonl", {"q": "Why?", "a": "so"}, {"a": "b"})
    plugin = put(shop.folder, "plugins/acme.py", ACME)
    with pytest.raises(Invalid, match="is not trusted") as error:
        project.datasets.import_([path], "t", format="acme")
    assert f"rowsmith plugins trust {plugin}" in error.value.problems[0].fix
    plugins.trust(plugin)
    done = project.datasets.import_([path], "t", format="acme")
    assert [row.data for row in project.datasets.rows("t")] == [{"input": "Why?", "answer": "SO"}]
    assert [(one["line"], one["reason"]) for one in done.rejected] == [(2, "keys")]
    assert project.datasets.import_([path], "t", format="acme").run == done.run
    assert verify(shop.lab).problems == []
    assert convert(path, "c.jsonl", "acme", from_="acme").written == project.datasets.export("t", "acme", "e.jsonl").rows_out == 1
    assert json.loads(Path("c.jsonl").read_bytes()) == {"q": "Why?", "a": "SO"}
    assert json.loads(Path("e.jsonl").read_bytes())["a"] == "SO"
    many, cut = put(shop.folder, "many.jsonl", *[{"q": f"{n}?", "a": "so"} for n in range(400)]), Limits(whole_bytes=1, piece_bytes=1000)
    assert convert(many, "c.jsonl", "acme", from_="acme", limits=cut).written == 400
    assert detect(path, profile=MappingProfile(format="acme")).preview[0]["row"] == {"input": "Why?", "answer": "SO"}
    plugin.write_text(ACME.replace("upper", "title"), encoding="utf-8")
    with pytest.raises(Invalid, match="has changed since it was trusted"):
        project.datasets.import_([path], "t", format="acme")
    plugins.trust(plugin)
    with pytest.raises(Conflict, match="The plug-in format 'acme' has changed since run"):
        project.runs.resume(done.run)
    assert [problem["what"] for problem in verify(shop.lab).problems] == ["it cannot be rebuilt: the code of format 'acme' has changed since"]
    again = project.datasets.import_([path], "t", format="acme")
    assert (again.run != done.run, [row.data["answer"] for row in project.datasets.rows("t")]) == (True, ["SO", "So"])
    with pytest.raises(Invalid, match="No format is called 'acmee'"):
        project.datasets.import_([path], "t", format="acmee")
    mute = ACME[: ACME.index("    def read")].replace("acme", "mute") + "FORMAT = Acme()\n"
    plugins.trust(put(shop.folder, "plugins/mute.py", mute))
    with pytest.raises(Invalid, match="The format mute is written, and not read"):
        project.datasets.import_([path], "t", format="mute")


def test_an_export_comes_back_as_it_went(shop: Workshop) -> None:
    datasets = shop.lab.project().datasets
    first = datasets.import_([put(shop.folder, "a.jsonl", *PAIRS)], "t")
    assert first.rejects is None
    said = [row.data for row in datasets.rows("t")]
    for format, path in (("alpaca", "out.jsonl"), ("jsonl", "out.jsonl"), ("csv", "out.csv"), ("input-answer", "out.jsonl")):
        datasets.export("t", format, path)
        back = datasets.import_([path], f"from-{format}")
        assert (back.kept, [row.data for row in datasets.rows(f"from-{format}")]) == (40, said)
    column = next(iter(datasets.rows("from-jsonl"))).origin["provenance"]
    assert column["origin"]["source"]["name"] == "a.jsonl"


def test_a_suffix_that_says_something_else_is_noted(shop: Workshop) -> None:
    put(shop.folder, "in/a.csv", *PAIRS)
    put(shop.folder, "in/b.jsonl", *PAIRS)
    said = ["a.csv: its name says csv, and it is read as what it holds, jsonl."]
    assert detect("in/a.csv").notes == said
    for from_ in (None, "alpaca"):
        assert [shop.lab.project().datasets.import_(["in"], "t", format=from_).notes for _ in "12"] == [said, said]
        assert convert("in/a.csv", "out.jsonl", "sharegpt", from_=from_).notes == said
        assert convert("in/b.jsonl", "out.jsonl", "sharegpt", from_=from_).notes == []
    put(shop.folder, "in/a.csv.gz")
    Path("in/a.csv.gz").write_bytes(Path("in/a.csv").read_bytes())
    said = ["a.csv.gz: its name says gz, and it is not packed.", f"a.csv.gz{said[0][5:]}"]
    for limits in (Limits(), Limits(whole_bytes=1, piece_bytes=1000)):
        assert convert("in/a.csv.gz", "out.jsonl", "sharegpt", limits=limits).notes == said


def test_the_rows_of_an_archive_name_their_member(shop: Workshop) -> None:
    import zipfile

    with zipfile.ZipFile(shop.folder / "a.zip", "w") as archive:
        archive.writestr("x/a.jsonl", "".join(json.dumps(one) + "\n" for one in PAIRS[:2]))
        archive.writestr("b.jsonl", "oops\n" + json.dumps(PAIRS[2]) + "\n")
    done = shop.lab.project().datasets.import_(["a.zip"], "t", format="alpaca")
    assert [(one["file"], one["line"]) for one in done.rejected] == [("a.zip/b.jsonl", 1)]
    sources = [row.origin["source"] for row in shop.lab.project().datasets.rows("t")]
    assert [(source["name"], source["member"]) for source in sources] == [("a.zip", "x/a.jsonl")] * 2 + [("a.zip", "b.jsonl")]


def test_rejected_records_keep_their_places_whatever_their_files_are_called(shop: Workshop) -> None:
    import zipfile

    names = ["a:7: b.jsonl", "a:7: b.jsonl:2: c.jsonl", "new\nline:1: d.jsonl", "100:200"]
    for name in names:
        put(shop.folder, f"in/{name}", PAIRS[0], "a:1: {\n", {"instruction": name})
    put(shop.folder, "in/none:9: e.jsonl", "\n")
    with zipfile.ZipFile(shop.folder / "in/z:3: z.zip", "w") as archive:
        archive.writestr("m:1: n.jsonl", "oops: 5: \n" + json.dumps(PAIRS[2]) + "\n")
        archive.writestr("void:4: v.jsonl", "")
    files = [*names, "none:9: e.jsonl", "z:3: z.zip", names[0]]
    done = shop.lab.project().datasets.import_([f"in/{name}" for name in files], "t", format="alpaca")
    broken = [(name, *one) for name in names for one in ((2, "broken_record", "a:1: {\n"), (3, "keys", {"instruction": name}))]
    archived = [("z:3: z.zip/m:1: n.jsonl", 1, "broken_record", "oops: 5: \n"), ("z:3: z.zip/void:4: v.jsonl", 0, "empty_file", None)]
    kept = [json.loads(line) for line in Path(str(done.rejects)).read_text(encoding="utf-8").splitlines()]
    told = [(one["file"], one["line"], one["reason"], one.get("record")) for one in kept]
    assert told == [*broken, ("none:9: e.jsonl", 0, "empty_file", None), *archived, *broken[:2]]
    assert {one["detail"] for one in kept if one["line"] == 0} == {"The file has no records. Remove it, or put something in it."}
    assert all(one["detail"].startswith("The line is not JSON") for one in kept if one["reason"] == "broken_record")


def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_committed(shop: Workshop) -> None:
    project = shop.lab.project()
    for name, body in (("bomb.jsonl", gzip.compress(b'{"a":"' + b"x" * 100_000_000)), ("paper.csv", b"%PDF-1.7"), ("wide.csv", wide(200))):
        (shop.folder / name).write_bytes(body)
        with pytest.raises(Invalid) as error:
            project.datasets.import_([name], "t")
        assert name in error.value.what
    assert project.datasets.list() == []
    with pytest.raises((NotFound, Invalid)):
        project.datasets.import_(["nothing.jsonl"], "t")
    assert project.datasets.import_(["wide.csv"], "t", format="csv").kept == 3


def wide(columns: int) -> bytes:
    return "".join(",".join(f"{word}{n}" for n in range(columns)) + "\n" for word in "cxyz").encode()


def test_a_file_at_an_address_is_imported_detected_and_converted(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    body = gzip.compress("".join(json.dumps(one) + "\n" for one in PAIRS[:3]).encode())
    with Web(lambda seen: http(body) if "tea" in seen.target else http(status=404)) as web:
        allowed = {"ROWSMITH_EGRESS_HOSTS": "127.0.0.1", "ROWSMITH_EGRESS_PORTS": str(web.port)}
        address = web.url("127.0.0.1", "/a/tea.jsonl.gz")
        with pytest.raises(Invalid):
            shop.lab.project().datasets.import_([address], "t")
        with pytest.raises(Invalid):
            detect(address)
        assert web.seen == []
        for name, value in allowed.items():
            monkeypatch.setenv(name, value)
        with Lab(shop.where.home, files=shop.where.files, environ={**shop.where.environ, **allowed}) as lab:
            done = lab.project().datasets.import_([f"{address}?signature=secret"], "t")
            assert (done.kept, done.rejected) == (3, [])
            sources = [row.origin["source"] for row in lab.project().datasets.rows("t")]
            assert [(source["name"], source["url"]) for source in sources] == [("tea.jsonl.gz", address)] * 3
            with pytest.raises(NotFound, match="nothing at"):
                lab.project().datasets.import_([web.url("127.0.0.1", "/gone.jsonl")], "t")
        assert (detect(address).candidates[0].format, detect(address).file) == ("alpaca", address)
        assert convert(address, shop.folder / "out.jsonl", "sharegpt").written == 3


@pytest.mark.parametrize(("url", "name"), [
    ("https://h/a/b.jsonl?x=1#y", "b.jsonl"), ("https://h/", "download"),
    ("https://h/..%2f..%2fetc%2fpasswd", "passwd"), ("https://h/%2e%2e", "download"),
    ("https://h/.hidden.csv", "hidden.csv"), ("https://h/a%00b\\c.csv", "c.csv"), ("https://h/a%0ab.csv", "a_b.csv"),
    (f"https://h/{'x' * 300}.csv", "x" * 146 + ".csv"),
])  # fmt: skip
def test_what_an_address_calls_a_file_is_a_name_and_no_path(url: str, name: str) -> None:
    assert name_of(url) == name


def test_strict_refuses_and_says_every_reason(shop: Workshop) -> None:
    datasets = shop.lab.project().datasets
    path = put(shop.folder, "a.jsonl", *PAIRS, "{\n", {"instruction": "b"})
    with pytest.raises(Invalid) as error:
        datasets.import_([path], "t", strict=True)
    assert [(problem.file, problem.line) for problem in error.value.problems] == [("a.jsonl", 41), ("a.jsonl", 42)]
    assert (datasets.list(), list(shop.folder.glob("*rejects*"))) == ([], [])
    assert datasets.import_([path], "t").kept == 40


def test_detection_reads_the_whole_file_and_gives_evidence(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", *PAIRS * 20, "{\n", *[{"text": "odd"}] * 9, {"instruction": "last", "output": "x", "late": 1})
    found = detect(path)
    assert (found.container, found.rows, found.broken_count) == ("jsonl", 810, 1)
    assert found.broken == [{"line": 801, "reason": "broken_record", "detail": found.broken[0]["detail"]}]
    assert (found.candidates[0].format, "late" in found.columns) == ("alpaca", True)
    assert any("do not" in one for one in found.candidates[0].evidence)
    assert found.preview[0]["text"] == "input: How many are 0?\nanswer: 0 ü."
    for name, body in (("empty.csv", b""), ("blank.jsonl", b"\n\n")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(Invalid, match="no records"):
            detect(tmp_path / name)


def test_a_profile_is_written_edited_and_used(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "Frage;Antwort;Nr\n", 'Was ist das?;"Ein Tee; ein guter";1\n')
    detect(path, save_map=tmp_path / "map.yaml")
    profile = read_profile(tmp_path / "map.yaml")
    assert (profile.rename, profile.delimiter) == ({"Frage": "Frage", "Antwort": "Antwort", "Nr": "Nr"}, ";")
    (tmp_path / "map.yaml").write_text("rename: {Frage: input, Antwort: answer, Nr: null}\nconstants: {lang: de}\n", encoding="utf-8")
    done = convert(path, tmp_path / "out.jsonl", "jsonl", profile=read_profile(tmp_path / "map.yaml"))
    assert json.loads((tmp_path / "out.jsonl").read_bytes()) == {"input": "Was ist das?", "answer": "Ein Tee; ein guter", "lang": "de"}
    assert (done.from_format, done.read, done.written) == ("input-answer", 1, 1)


def test_a_profile_says_which_sheet_and_that_there_is_no_header(shop: Workshop) -> None:
    second = [["Why?", "So.", 3], ["How?", "Thus.", None, "beyond"]]
    (shop.folder / "a.xlsx").write_bytes(workbook([["input", "answer"], ["a", "b"]], second))
    found = detect("a.xlsx", profile=MappingProfile(sheet="Sheet2", header=False), save_map="map.yaml")
    profile = read_profile("map.yaml")
    assert (found.columns, profile.sheet, profile.header) == ([f"column_{n}" for n in (1, 2, 3, 4)], "Sheet2", False)
    profile = profile.model_copy(update={"format": "", "rename": {"column_1": "input", "column_2": "answer", "column_3": "n", "column_4": None}})
    datasets = shop.lab.project().datasets
    assert datasets.import_(["a.xlsx"], "t", profile=profile).kept == 2
    said = [{"input": "Why?", "answer": "So.", "n": 3}, {"input": "How?", "answer": "Thus.", "n": None}]
    assert [row.data for row in datasets.rows("t")] == said
    assert convert("a.xlsx", "out.jsonl", "jsonl", profile=profile).written == 2
    assert [json.loads(line) for line in Path("out.jsonl").read_bytes().splitlines()] == said
    put(shop.folder, "b.csv", "Why?,So.\n", "How?\n", "When?,Now.\n")
    rename: dict[str, str | None] = {"column_1": "input", "column_2": "answer"}
    done = datasets.import_(["b.csv"], "u", profile=MappingProfile(header=False, rename=rename))
    assert ([row.data["input"] for row in datasets.rows("u")], [one["line"] for one in done.rejected]) == (["Why?", "When?"], [2])
    kept = [json.loads(line) for line in Path(str(done.rejects)).read_bytes().splitlines()]
    assert kept[0]["record"] == "How?"
    many = put(shop.folder, "c.jsonl", *PAIRS * 10)
    for wrong in (MappingProfile(header=False), MappingProfile(sheet="Sheet1")):
        for limits in (Limits(), Limits(whole_bytes=1, piece_bytes=1000)):
            with pytest.raises(Invalid, match="It is jsonl"):
                convert(many, "out.jsonl", "sharegpt", from_="alpaca", profile=wrong, limits=limits)
    with pytest.raises(Invalid, match="no sheet 'Sheet3'"):
        datasets.import_(["a.xlsx"], "v", profile=MappingProfile(sheet="Sheet3"))


@pytest.mark.parametrize(("text", "said"), [("a: [", "no YAML"), ("renames: {}", "no mapping profile"), ("- a", "no mapping profile")])
def test_what_is_no_profile(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=said):
        read_profile(tmp_path / "map.yaml")
    with pytest.raises(NotFound):
        read_profile(tmp_path / "none.yaml")


def test_a_conversion_lists_what_neither_side_can_hold(tmp_path: Path) -> None:
    system = {"from": "system", "value": "Be brief."}
    path = put(tmp_path, "a.jsonl", {"conversations": TURNS}, {"conversations": [system, *TURNS]}, "{\n", {"text": "x"})
    done = convert(path, tmp_path / "out.jsonl", "alpaca")
    assert (done.read, done.written, done.consumer_keeps, done.rejected_count) == (4, 1, 1, 3)
    assert [(one["line"], one["reason"]) for one in done.rejected] == [(2, "system_prompt"), (3, "broken_record"), (4, "keys")]
    kept = [json.loads(line) for line in Path(str(done.rejects)).read_text(encoding="utf-8").splitlines()]
    assert [one["record"] for one in kept[1:]] == ["{\n", {"text": "x"}]
    again = convert(path, tmp_path / "out.csv", "csv", from_="sharegpt")
    assert (again.written, again.read) == (2, 4)
    whole = convert(put(tmp_path, "b.jsonl", {"conversations": TURNS}), tmp_path / "out.jsonl", "alpaca", strict=True)
    assert (whole.rejects, (tmp_path / "out.jsonl.rejects.jsonl").exists()) == (None, False)


@pytest.mark.parametrize("name", [f"out{container}{packing}" for container in (".jsonl", ".json") for packing in ("", ".gz", ".bz2", ".xz", ".zst")])
def test_the_suffix_of_a_path_is_the_container(tmp_path: Path, name: str) -> None:
    path, out = put(tmp_path, "a.jsonl", *PAIRS), tmp_path / name
    assert convert(path, out, "sharegpt").written == 40
    found, first = detect(out), out.read_bytes()
    assert (found.container, found.candidates[0].format, found.rows, found.broken) == (name.split(".")[1], "sharegpt", 40, [])
    convert(out, tmp_path / "back.jsonl", "alpaca")
    assert [json.loads(line) for line in (tmp_path / "back.jsonl").read_bytes().splitlines()] == PAIRS
    convert(path, out, "sharegpt")
    assert out.read_bytes() == first
    assert json.loads((tmp_path / f"{name}.report.json").read_bytes())["files"][name]["bytes"] == len(first)


def test_a_conversion_into_parquet_and_out_of_it_changes_nothing(tmp_path: Path) -> None:
    odd = [
        {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": "☃ 'quoted'"}], "day": "2024-01-31", "n": n,
         "code": "00123", "score": 0.5 if n else 1, "ok": n % 2 == 0, "tags": ["a", "b"], "more": {"a": [n], "b": None}, "mixed": "x" if n else ["x"],
         "q'\"uote": "1e5", **({"late": "x"} if n == 39 else {})} for n in range(40)
    ]  # fmt: skip
    path, out = put(tmp_path, "a.jsonl", *odd), tmp_path / "out.parquet"
    assert convert(path, out, "jsonl", from_="jsonl").written == 40
    assert (detect(out).container, detect(out).candidates[0].format) == ("parquet", "openai")
    convert(out, tmp_path / "back.jsonl", "jsonl", from_="jsonl")
    back = [json.loads(line) for line in (tmp_path / "back.jsonl").read_bytes().splitlines()]
    for was, is_ in zip(odd, back, strict=True):
        assert {**is_, "more": json.loads(is_["more"])} == {"late": None, **was, "mixed": was["mixed"] if was["n"] else '["x"]'}
    for name, records, why in (("none", [], "no record"), ("case", [{"a": 1, "A": 2}], "case alone")):
        with pytest.raises(Invalid, match=why):
            convert(put(tmp_path, f"{name}.jsonl", *records or ["oops\n", "{}\n"]), tmp_path / "x.parquet", "jsonl", from_="jsonl")
        assert not (tmp_path / "x.parquet").exists()
    assert convert(path, tmp_path / "chat.parquet", "openai").written == 40
    with pytest.raises(Invalid, match="is packed already"):
        convert(path, tmp_path / "x.parquet.gz", "jsonl")


def test_keys_that_parquet_cannot_nest_stay_as_json(tmp_path: Path) -> None:
    odd = [{"m": [{"a": "x", "A": "y"}], "e": [{"": "z", "k\"q": "w"}], "t": [{"k, 'q\"": "v"}]}]
    convert(put(tmp_path, "a.jsonl", *odd), tmp_path / "a.parquet", "jsonl", from_="jsonl")
    convert(tmp_path / "a.parquet", tmp_path / "back.jsonl", "jsonl", from_="jsonl")
    back = json.loads((tmp_path / "back.jsonl").read_bytes())
    assert (json.loads(back["m"]), json.loads(back["e"]), back["t"]) == (odd[0]["m"], odd[0]["e"], odd[0]["t"])


@pytest.mark.parametrize("nested", [False, True])
def test_rows_of_parquet_keep_their_order_and_may_be_long_or_wide(tmp_path: Path, nested: bool) -> None:
    def text(n: int, times: int = 1000) -> Any:
        return [{"role": "user", "content": f"{n} " * times}] if nested else f"{n} " * times

    for name, rows in (
        ("many", [{"n": n, "t": text(n)} for n in range(5000)]), ("long", [{"n": n, "t": text(n, 1 << 20)} for n in range(4)]),
        ("wide", [{f"c{m}": n for m in range(1500)} | {"t": text(n)} for n in range(20)]),
    ):  # fmt: skip
        convert(put(tmp_path, f"{name}.jsonl", *rows), tmp_path / "out.parquet", "jsonl", from_="jsonl")
        convert(tmp_path / "out.parquet", tmp_path / "back.jsonl", "jsonl", from_="jsonl")
        assert [json.loads(line) for line in (tmp_path / "back.jsonl").read_bytes().splitlines()] == rows


def test_a_container_without_a_record(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jsonl", {"conversations": [{"from": "system", "value": "a"}, *TURNS]})
    assert convert(path, tmp_path / "out.json", "alpaca").written == 0
    assert json.loads((tmp_path / "out.json").read_bytes()) == []
    assert convert(path, tmp_path / "out.csv.gz", "csv").written == 1
    assert detect(tmp_path / "out.csv.gz").candidates[0].format in ("openai", "messages")


def test_conversions_that_cannot_be(tmp_path: Path) -> None:
    path = put(tmp_path, "a.jsonl", *PAIRS)
    with pytest.raises(Invalid, match=r"ends in \.jsonl, "):
        convert(path, tmp_path / "out.doc", "alpaca")
    with pytest.raises(Invalid, match="itself"):
        convert(path, path, "jsonl")
    with pytest.raises(NotFound):
        convert(path, tmp_path / "out.jsonl", "alpacca")
    with pytest.raises(NotFound):
        convert(path, tmp_path / "out.jsonl", "alpaca", from_="shargpt")
    assert not (tmp_path / "out.jsonl").exists()


def test_an_import_says_what_else_is_to_be_known_of_its_files(shop: Workshop) -> None:
    import xlsxwriter

    datasets = shop.lab.project().datasets
    (shop.folder / "in").mkdir()
    with xlsxwriter.Workbook(shop.folder / "in" / "a.xlsx") as book:
        for name in ("one", "two"):
            sheet = book.add_worksheet(name)
            for row, cells in enumerate([("input", "answer"), (f"q {name}", "a")]):
                sheet.write_row(row, 0, cells)
    (shop.folder / "in" / "b.csv").write_bytes("input,answer\nWas?,Grün und blau\n".encode("cp1252"))
    put(shop.folder, "in/readme.md", "Not a record.\n")
    done = datasets.import_(["in"], "t")
    sheets, guessed, passed_over = done.notes
    assert (done.kept, "not 'two'" in sheets, "b.csv: its encoding is guessed" in guessed) == (2, True, True)
    assert passed_over == "in: 1 file is passed over, by the suffix: readme.md"
    assert datasets.import_(["in"], "t").notes == done.notes


def test_files_without_a_record_are_refused_and_beside_others_listed(shop: Workshop) -> None:
    datasets = shop.lab.project().datasets
    for name, body in (("empty.jsonl", ""), ("none.json", "[]"), ("head.csv", "input,answer\n")):
        put(shop.folder, name, body)
        with pytest.raises(Invalid, match=f"no record in {name}"):
            datasets.import_([name], "t")
    assert not Path("t.rejects.jsonl").exists()
    with pytest.raises(Invalid, match=r"no record in empty.jsonl"):
        convert("empty.jsonl", "out.jsonl", "openai")
    assert list(Path().glob("out*")) == []
    assert convert("head.csv", "out.jsonl", "jsonl").read == 0
    put(shop.folder, "a.jsonl", PAIRS[0])
    done = datasets.import_(["empty.jsonl", "a.jsonl"], "t")
    assert (done.kept, [(one["file"], one["line"], one["reason"]) for one in done.rejected]) == (1, [("empty.jsonl", 0, "empty_file")])


@pytest.mark.parametrize(("spoken", "kind", "what", "fix"), [
    ("in", Invalid, "in is a folder", "rowsmith import takes folders"), ("in/*.jsonl", NotFound, "no file 'in/", "rowsmith import takes"),
    ("in/b.jsonl", NotFound, "no file 'in/b.jsonl'", "Check the path"), ("ftp://h/a.csv", NotFound, "no file 'ftp:", "begin with http"),
])  # fmt: skip
def test_what_is_no_file_is_said(shop: Workshop, spoken: str, kind: type[Exception], what: str, fix: str) -> None:
    put(shop.folder, "in/a.jsonl", PAIRS[0])
    with pytest.raises(kind, match=what) as error:
        detect(spoken)
    assert fix in error.value.fix  # type: ignore[attr-defined]


def test_a_file_or_folder_that_an_import_lacks_is_said(shop: Workshop) -> None:
    (shop.folder / "in").mkdir()
    for name, what in (("gone.jsonl", "There is no file or folder 'gone.jsonl'"), ("*.csv", "No file matches"), ("in", "holds no files")):
        with pytest.raises(NotFound, match=re.escape(what)):
            shop.lab.project().datasets.import_([name], "t")
