"""MongoDB: real pymongo against the real wire protocol, spoken by a stand-in of ours, and by a server where ROWSMITH_TEST_MONGODB names one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import bson
import pymongo
import pytest
from databases_world import fetched, reach
from mongo_stand_in import Numbered, StandIn

from rowsmith.connectors.databases import parsed, schema
from rowsmith.connectors.databases.srv import expanded
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid, NotFound, Unavailable

OID = "65f000000000000000000001"
EVERY: dict[str, tuple[Any, Any]] = {
    "_id": (bson.ObjectId(OID), OID),
    "text": ("häé 😀", "häé 😀"),
    "whole": (7, 7),
    "long": (bson.Int64(2**62), 2**62),
    "double": (0.5, 0.5),
    "nan": (float("nan"), None),
    "yes": (True, True),
    "none": (None, None),
    "when": (datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC), "2020-01-02T03:04:05.678000+00:00"),
    "decimal": (bson.Decimal128(Decimal("12.50")), "12.50"),
    "bytes": (b"\x00\xff", "AP8="),
    "uuid": (bson.Binary.from_uuid(UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "regex": (bson.Regex("^a", "i"), {"$regularExpression": {"pattern": "^a", "options": "i"}}),
    "stamp": (bson.Timestamp(5, 6), {"$timestamp": {"t": 5, "i": 6}}),
    "least": (bson.MinKey(), {"$minKey": 1}),
    "nested": ({"a": [1, {"b": bson.ObjectId(OID)}]}, {"a": [1, {"b": OID}]}),
}


SERVER = os.environ.get("ROWSMITH_TEST_MONGODB", "")
"""A MongoDB of one's own: then all of this is tried there, too."""


@pytest.fixture(params=["stand-in", *(["server"] if SERVER else [])])
def world(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of a database, and the commands that the stand-in has seen."""
    odd = {name: value for name, (value, _) in EVERY.items()}
    items = [{"_id": n, "name": f"item {n}", "price": n / 4, **({"extra": "x"} if n % 2 else {})} for n in range(1, 501)]
    if request.param == "stand-in":
        with StandIn({"shop": {"every": [odd], "item": items}}) as server:
            yield f"{server.url}/shop", server.seen
        return
    name = f"rowsmith_{uuid4().hex[:12]}"
    client: pymongo.MongoClient[Any] = pymongo.MongoClient(SERVER)
    with client:
        client[name].every.insert_one(odd)
        client[name].item.insert_many(items)
        try:
            yield f"{SERVER.rstrip('/')}/{name}", []
        finally:
            client.drop_database(name)


World = tuple[str, list[dict[str, Any]]]


def test_every_type(tmp_path: Path, world: World) -> None:
    (row,), facts = fetched(tmp_path, world[0], table="every")
    assert row == {name: told for name, (_, told) in EVERY.items()}
    kinds = {one["name"]: one["type"] for one in facts["columns"]}
    assert (kinds["_id"], kinds["when"], kinds["long"], kinds["decimal"], kinds["uuid"]) == ("objectId", "date", "long", "decimal", "uuid")
    assert (facts["kind"], facts["table"], facts["key"], facts["read_only"]) == ("mongodb", "every", ["_id"], "statement")
    odd = "Numbers that JSON has none for (NaN, infinity) are null: 1."
    assert facts["notes"] == ["The column 'bytes' holds bytes, which are written as base64.", odd]


def test_a_date_that_python_has_none_for(tmp_path: Path) -> None:
    far = bson.datetime_ms.DatetimeMS(10**15)
    with StandIn({"shop": {"far": [{"_id": 1, "when": far}]}}) as server:
        assert fetched(tmp_path, f"{server.url}/shop", table="far")[0] == [{"_id": 1, "when": 10**15}]


@pytest.mark.parametrize("batch", [2, 7, 2000])
def test_documents_come_in_the_order_of_their_ids_and_none_is_lost(tmp_path: Path, world: World, batch: int) -> None:
    rows, facts = fetched(tmp_path, world[0], table="item", batch=batch)
    assert [row["_id"] for row in rows] == list(range(1, 501))
    assert [one["name"] for one in facts["columns"]] == ["_id", "name", "price", "extra"]


def test_fields_a_filter_and_a_limit(tmp_path: Path, world: World) -> None:
    asked: dict[str, Any] = {"columns": ["name", "price"], "filter": {"price": {"$gte": 2, "$lt": 100}}, "limit": 2}
    assert fetched(tmp_path, world[0], table="item", **asked)[0] == [{"name": "item 8", "price": 2.0}, {"name": "item 9", "price": 2.25}]
    rows, facts = fetched(tmp_path, world[0], table="item", columns=["_id"], filter={"name": "item 7"})
    assert (rows, facts["key"]) == ([{"_id": 7}], ["_id"])
    assert fetched(tmp_path, world[0], table="item", limit=0)[0] == []
    assert [row["_id"] for row in fetched(tmp_path, world[0], table="item", key=["price"], limit=3)[0]] == [1, 2, 3]


def test_a_filter_has_the_types_of_extended_json(tmp_path: Path, world: World) -> None:
    for condition in ({"_id": {"$oid": OID}}, {"when": {"$gt": {"$date": "2020-01-01T00:00:00Z"}}}, {"_id": {"$in": [{"$oid": OID}]}}):
        assert len(fetched(tmp_path, world[0], table="every", filter=condition)[0]) == 1
    assert fetched(tmp_path, world[0], table="every", filter={"_id": {"$oid": "65f0000000000000000000ff"}})[0] == []


@pytest.mark.parametrize(
    "condition",
    [{"$where": "while (true) {}"}, {"$expr": {"$function": {"body": "f", "args": [], "lang": "js"}}}, {"a": {"$not": {"$where": "1"}}},
     {"$or": [{"a": 1}, {"$where": "1"}]}, {"$jsonSchema": {}}, {"a": {"$accumulator": {}}}, {"a": {"$code": "x"}}, {"$text": {"$search": "x"}}],
)  # fmt: skip
def test_no_code_is_sent(tmp_path: Path, condition: dict[str, Any]) -> None:
    with StandIn({"shop": {"item": [{"_id": 1}]}}) as server:
        with pytest.raises(Invalid, match="The filter uses"):
            fetched(tmp_path, f"{server.url}/shop", table="item", filter=condition)
        assert not [one for one in server.seen if "find" in one]


def test_a_filter_that_cannot_be_read(tmp_path: Path, world: World) -> None:
    with pytest.raises(Invalid, match="The filter cannot be read"):
        fetched(tmp_path, world[0], table="item", filter={"_id": {"$oid": "no id"}})


def test_the_schema(tmp_path: Path, world: World) -> None:
    tables = {one.name: one for one in schema(reach(tmp_path, int(world[0].split(":")[2].split("/")[0])), world[0])}
    assert set(tables) == {"every", "item"}
    item = tables["item"]
    assert (item.kind, item.rows, item.key) == ("collection", 500, ("_id",))
    assert {(one.name, one.type, one.nullable) for one in item.columns} == {
        ("_id", "int", False), ("name", "string", False), ("price", "double", False), ("extra", "string", True),
    }  # fmt: skip


def test_nothing_is_sent_but_what_reads(tmp_path: Path) -> None:
    with StandIn({"shop": {"item": Numbered(3000)}}) as server:
        fetched(tmp_path, f"{server.url}/shop", table="item", batch=500, timeout_s=7)
        schema(reach(tmp_path, server.port), f"{server.url}/shop")
        names = {next(iter(one)) for one in server.seen}
        assert names <= {"ismaster", "hello", "ping", "listCollections", "find", "getMore", "aggregate", "count", "endSessions", "killCursors"}
        (find,) = [one for one in server.seen if "find" in one]
        assert (find["maxTimeMS"], find["sort"]) == (7000, {"_id": 1})
        assert max(one["batchSize"] for one in server.seen if "getMore" in one) == 500


def test_names_and_errors_in_the_users_words(tmp_path: Path, world: World) -> None:
    with pytest.raises(NotFound, match=r"no table 'itme'.*Did you mean 'item'"):
        fetched(tmp_path, world[0], table="itme")
    with pytest.raises(Invalid, match="names no database"):
        fetched(tmp_path, world[0].rpartition("/")[0], table="item")
    with pytest.raises(Invalid, match="Correct"):
        fetched(tmp_path, f"{world[0]}%20%24", table="item")
    with pytest.raises(Invalid, match="where"):
        fetched(tmp_path, world[0], table="item", where="a = 1")
    with pytest.raises(Invalid, match="query"):
        fetched(tmp_path, world[0], query="SELECT 1")


def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    with StandIn({"shop": {}}) as server, pytest.raises(Unavailable, match="does not let the user 'u' in") as told:
        fetched(tmp_path, f"mongodb://u:hush-hush@127.0.0.1:{server.port}/shop", table="item")
    assert "hush" not in str(told.value)


@pytest.mark.parametrize(("answer", "said"), [({"code": 50, "codeName": "MaxTimeMSExpired"}, "was not done within"), ({"code": 13}, "does not let")])
def test_what_the_server_says_against_it(tmp_path: Path, answer: dict[str, Any], said: str) -> None:
    refused = {"ok": 0.0, "errmsg": "no", **answer}
    with StandIn({"shop": {"item": [{"_id": 1}]}}, {"find": refused}) as server, pytest.raises((Unavailable, Invalid), match=said):
        fetched(tmp_path, f"{server.url}/shop", table="item")


def test_servers_that_a_server_names_are_not_gone_to(tmp_path: Path) -> None:
    """It says that it is one of a set, whose others are where nobody has looked."""
    with StandIn({"shop": {}}) as other, StandIn({"shop": {"item": [{"_id": 1}]}}, names=[f"127.0.0.1:{other.port}"]) as server:
        assert fetched(tmp_path, f"{server.url}/shop?replicaSet=theirs", table="item")[0] == [{"_id": 1}]
        assert other.seen == []


def test_options_of_the_url_change_what_is_sent(tmp_path: Path) -> None:
    with StandIn({"shop": {"item": [{"_id": 1}]}}) as server:
        for options, name in (("", "rowsmith"), ("?appName=mine&readPreference=nearest&retryWrites=true&w=majority", "mine")):
            server.seen.clear()
            fetched(tmp_path, f"{server.url}/shop{options}", table="item")
            assert {one["client"]["application"]["name"] for one in server.seen if "client" in one} == {name}
        with pytest.raises(Invalid, match="does not know"):
            fetched(tmp_path, f"{server.url}/shop?readPreference=sideways", table="item")


def test_the_second_host_answers_where_the_first_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rowsmith.connectors.databases import mongo

    monkeypatch.setattr(mongo, "CONNECT_S", 1)
    with StandIn({"shop": {"item": [{"_id": 1}]}}) as server:
        url = f"mongodb://127.0.0.1:27999,127.0.0.1:{server.port}/shop"
        assert fetched(tmp_path, url, 27999, server.port, table="item")[0] == [{"_id": 1}]


@pytest.mark.parametrize(
    ("url", "error"),
    [("mongodb://10.0.0.1/shop", AddressRefused),
     ("mongodb://127.0.0.1,169.254.169.254/shop", AddressRefused),
     ("mongodb://127.0.0.1/shop?tlsCAFile=/etc/passwd", Invalid), ("mongodb://%2Ftmp%2Fmongodb-27017.sock/shop", AddressRefused),
     ("mongodb://u:p@127.0.0.1/shop?authMechanism=MONGODB-AWS", Invalid), ("mongodb://u:p@127.0.0.1/shop?authMechanism=MONGODB-OIDC", Invalid)],
)  # fmt: skip
def test_what_is_refused_before_anybody_connects(tmp_path: Path, url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        fetched(tmp_path, url, table="item")


def test_the_servers_of_a_cluster_are_found_before_anybody_connects() -> None:
    address = parsed("mongodb+srv://u:p@cluster.shop.example/goods?retryWrites=true")
    asked: list[str] = []

    def dns(name: str) -> list[tuple[str, int]]:
        asked.append(name)
        return [("a.shop.example", 27017), ("b.shop.example", 27018)]

    there = expanded(address, dns)
    assert asked == ["_mongodb._tcp.cluster.shop.example"]
    assert (there.hosts, there.options["tls"], there.database) == ((("a.shop.example", 27017), ("b.shop.example", 27018)), "true", "goods")
    assert expanded(parsed("mongodb+srv://cluster.shop.example/goods?tls=false"), dns).options["tls"] == "false"


@pytest.mark.parametrize("server", ["metadata.internal", "evil.example", "xshop.example", "169.254.169.254"])
def test_a_cluster_names_servers_of_its_own_domain_alone(server: str) -> None:
    with pytest.raises(AddressRefused, match="not of its own domain"):
        expanded(parsed("mongodb+srv://cluster.shop.example/goods"), lambda name: [("a.shop.example", 27017), (server, 27017)])
    with pytest.raises(AddressRefused):
        expanded(parsed("mongodb+srv://cluster.example/goods"), lambda name: [("other.example", 27017)])


def test_a_cluster_that_dns_does_not_know() -> None:
    def nobody(name: str) -> list[tuple[str, int]]:
        raise OSError("no answer")

    with pytest.raises(Unavailable, match="no servers of cluster"):
        expanded(parsed("mongodb+srv://cluster.shop.example/goods"), nobody)


def test_a_file_that_is_read_again_is_the_same(tmp_path: Path, world: World) -> None:
    first, _ = fetched(tmp_path, world[0], table="item")
    assert json.dumps(first) == json.dumps(fetched(tmp_path, world[0], table="item")[0])
