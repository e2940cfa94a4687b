"""Object storages: S3 against moto's server, Google's and Azure's against stand-ins, each through its maker's client."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bucket_servers import AzureContainer, GoogleBucket, azure_string, moto_server
from known import BAD, CLOUD, NUMBERS
from pydantic import SecretStr
from web import Names, Seen, Web, http, redirect

from rowsmith.connectors.object_storage import fetch
from rowsmith.connectors.object_storage.address import place_of, recognised
from rowsmith.connectors.object_storage.az import _Known
from rowsmith.connectors.object_storage.store import Asked
from rowsmith.connectors.resolve import checked
from rowsmith.core.addresses import AddressRefused, Allowed
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.fetching import Fetched, Missed, Reach

OBJECTS = {
    "docs/a.md": b"# A\n", "docs/deep/down/b.md": b"# B\n", "docs/big.txt": b"x" * 5000, "docs/": b"", "docs2/c.md": b"# C\n",
    "odd/?a=b&c#d %41/\u00e4 +.md": "Grüße".encode(), "empty.txt": b"",
}  # fmt: skip
FILES = {key: data for key, data in OBJECTS.items() if not key.endswith("/")}


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's credentials, and no metadata service."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "AZURE_", "CLOUDSDK_", "STORAGE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        yield url


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of Amazon's at a bucket, `there`, with the objects."""
    import boto3

    client = boto3.client("s3", endpoint_url=moto, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    client.create_bucket(Bucket="there")
    for key, data in OBJECTS.items():
        client.put_object(Bucket="there", Key=key, Body=data)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    yield client
    kept = client.list_object_versions(Bucket="there")
    for one in (*kept.get("Versions", ()), *kept.get("DeleteMarkers", ())):
        client.delete_object(Bucket="there", Key=one["Key"], VersionId=one["VersionId"])
    client.delete_bucket(Bucket="there")
    client.close()


def reach(folder: Path, *urls: str, secrets: dict[str, str] | None = None, known: Any = None) -> Reach:
    """What a fetch is lent: these servers may be reached."""
    asked = secrets or {}
    ports = tuple(urlsplit(url).port or 0 for url in urls)
    return Reach(Allowed(("127.0.0.1",), ports), folder, lambda name, address: SecretStr(asked[name]) if name in asked else None, known=known or {})


def got(at: Reach, **asked: Any) -> tuple[dict[str, bytes], dict[str, Any], dict[str, Missed]]:
    """What came by key, its facts, and what was missed."""
    to = at.state / "to"
    to.mkdir(exist_ok=True)
    files, facts, missed = {}, {}, {}
    for one in fetch(at, to, **asked):
        key = one.name.partition("/there/")[2]
        if isinstance(one, Fetched):
            files[key], facts[key] = one.path.read_bytes(), one.facts
        else:
            missed[key] = one
    return files, facts, missed


# -- what it is called ------------------------------------------------------------------------------------------------------------------


def test_addresses_are_read() -> None:
    ours = ("s3://b/k", "gs://b/", "az://c/k", "abfss://c@acct.dfs.core.windows.net/k", "S3://b")
    assert [url for url in (*ours, "https://b/k", "s3:b", "s3") if recognised(url)] == list(ours)
    place = place_of("abfss://box@acct.dfs.core.windows.net/a/b.md")
    assert (place.kind, place.bucket, place.account, place.within) == ("az", "box", "acct", "a/b.md")
    for wrong in ("s3://", "s3:///k", "s3://b*cket/k", "s3://bucket/a\nb", "az://box@evil.example/k", "ftp://x/y", "az://box@acct.evil.net/k"):
        with pytest.raises(Invalid):
            place_of(wrong)


@pytest.mark.parametrize(
    ("within", "wanted"),
    [
        ("", set(FILES)), ("docs", {"docs/a.md", "docs/deep/down/b.md", "docs/big.txt"}), ("docs/a.md", {"docs/a.md"}),
        ("docs/", {"docs/a.md", "docs/deep/down/b.md", "docs/big.txt"}),
        ("docs*", {"docs/a.md", "docs/deep/down/b.md", "docs/big.txt", "docs2/c.md"}), ("docs*/*.md", {"docs/a.md", "docs2/c.md"}),
        ("docs/**/*.md", {"docs/a.md", "docs/deep/down/b.md"}), ("*.txt", {"empty.txt"}),
        ("docs/[ab]*", {"docs/a.md", "docs/big.txt"}), ("doc", set()),
    ],
)  # fmt: skip
def test_keys_folders_and_patterns(within: str, wanted: set[str]) -> None:
    place = place_of(f"s3://there/{within}")
    assert {key for key in FILES if key.startswith(place.prefix) and place.wants(key)} == wanted


# -- S3 -----------------------------------------------------------------------------------------------------------------------------------


def test_objects_come_with_their_tags(s3: Any, moto: str, tmp_path: Path) -> None:
    files, facts, missed = got(reach(tmp_path, moto), url="s3://there", endpoint_url=moto)
    assert files == FILES and not missed
    for key, found in facts.items():
        head = s3.head_object(Bucket="there", Key=key)
        assert found["etag"] == head["ETag"].strip('"') and found["url"] == f"s3://there/{key}" and found["storage"] == "s3"
        assert found["modified"][:19] == head["LastModified"].isoformat()[:19] and "version" not in found


def test_limits_and_patterns_choose(s3: Any, moto: str, tmp_path: Path) -> None:
    at = reach(tmp_path, moto)
    files, _, missed = got(at, url="s3://there/docs/", endpoint_url=moto, max_file_bytes=1000)
    assert set(files) == {"docs/a.md", "docs/deep/down/b.md"} and missed["docs/big.txt"].reason == "large_file"
    files, _, missed = got(at, url="s3://there", endpoint_url=moto, max_files=2)
    assert len(files) == 2 and [one.reason for one in missed.values()] == ["too_many_files"] and "Left out: 4" in next(iter(missed.values())).detail
    files, _, missed = got(at, url="s3://there", endpoint_url=moto, max_bytes=1000)
    assert "docs/big.txt" not in files and missed["docs/big.txt"].reason == "too_many_bytes"
    assert set(got(at, url="s3://there", endpoint_url=moto, exclude=["*.md", "docs/"])[0]) == {"empty.txt"}


def test_versions_are_told_and_unchanged_objects_not_fetched_again(s3: Any, moto: str, tmp_path: Path) -> None:
    s3.put_bucket_versioning(Bucket="there", VersioningConfiguration={"Status": "Enabled"})
    made = s3.put_object(Bucket="there", Key="docs/a.md", Body=b"# A, anew\n")
    files, facts, _ = got(reach(tmp_path, moto), url="s3://there/docs/a.md", endpoint_url=moto)
    assert files == {"docs/a.md": b"# A, anew\n"} and facts["docs/a.md"]["version"] == made["VersionId"]
    known = {f"s3://there/{key}": found for key, found in facts.items()}
    files, _, missed = got(reach(tmp_path, moto, known=known), url="s3://there/docs/", endpoint_url=moto)
    assert set(files) == {"docs/deep/down/b.md", "docs/big.txt"} and missed["docs/a.md"].reason == "not_modified"


def test_a_list_of_many_pages(tmp_path: Path) -> None:
    def page(seen: Seen) -> bytes:
        if "list-type=2" not in seen.target:
            return http(b"", ETag='"e"')
        at = int((parse_qs(urlsplit(seen.target).query).get("continuation-token") or ["0"])[0])
        one = f'<Contents><Key>many/{at}</Key><Size>0</Size><ETag>"e"</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>'
        more = f"<NextContinuationToken>{at + 1}</NextContinuationToken>" if at < 4 else ""
        cut = f"<IsTruncated>{str(at < 4).lower()}</IsTruncated>"
        return http(f'<?xml version="1.0"?><ListBucketResult>{cut}{more}{one}</ListBucketResult>'.encode(), Content_Type="application/xml")

    with Web(page) as web:
        url = web.url("127.0.0.1", "")
        found = list(fetch(reach(tmp_path, url), tmp_path, url="s3://there/many/", endpoint_url=url, anonymous=True))
    assert [one.name for one in found] == [f"s3://there/many/{number}" for number in range(5)]


def test_what_is_not_there(s3: Any, moto: str, tmp_path: Path) -> None:
    at = reach(tmp_path, moto)
    with pytest.raises(NotFound, match="no bucket"):
        got(at, url="s3://nowhere/k", endpoint_url=moto)
    with pytest.raises(NotFound, match="No object fits"):
        got(at, url="s3://there/nothing*", endpoint_url=moto)


def test_stored_keys_go_before_those_of_the_environment(moto: str, tmp_path: Path) -> None:
    with Web(lambda seen: http(b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')) as web:
        url = web.url("127.0.0.1", "")
        with pytest.raises(NotFound):
            got(reach(tmp_path, url, secrets={"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_SECRET_ACCESS_KEY": "s"}), url="s3://there/x", endpoint_url=url)
        assert "Credential=AKIAMINE/" in web.seen[-1].headers["authorization"]
        with pytest.raises(NotFound):
            got(reach(tmp_path, url), url="s3://there/x", endpoint_url=url, anonymous=True)
        assert "authorization" not in web.seen[-1].headers
        with pytest.raises(NotFound):
            got(reach(tmp_path, url), url="s3://there/x", endpoint_url=url, anonymous=True, region="eu-central-1")


def test_without_credentials_nobody_is_asked(moto: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no credentials.*anonymous"):
        got(reach(tmp_path, moto), url="s3://there/x", endpoint_url=moto)


def test_an_object_that_goes_or_changes_meanwhile_costs_itself(s3: Any, moto: str, tmp_path: Path) -> None:
    fetching = fetch(reach(tmp_path, moto), tmp_path, url="s3://there/docs", endpoint_url=moto)
    assert next(fetching).name == "s3://there/docs/a.md"
    s3.delete_object(Bucket="there", Key="docs/big.txt")
    s3.put_object(Bucket="there", Key="docs/deep/down/b.md", Body=b"# Another\n")
    assert [one.reason for one in fetching if isinstance(one, Missed)] == ["not_found", "changed"]


# -- where it does not go -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*sorted({*BAD, *CLOUD}), *NUMBERS])
def test_forbidden_endpoints_are_not_reached(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = f"http://[{address}]" if ":" in address else f"http://{address}"
    for scheme in ("s3", "gs"):
        with pytest.raises(AddressRefused):
            got(Reach(Allowed(), tmp_path), url=f"{scheme}://there/x", endpoint_url=endpoint, anonymous=True)
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", f"AccountName=a;AccountKey=a2V5;BlobEndpoint={endpoint}/a")
    with pytest.raises(AddressRefused):
        got(Reach(Allowed(), tmp_path), url="az://there/x")


def test_an_endpoint_of_the_environment_is_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Web(http(status=404)) as web:
        monkeypatch.setenv("AWS_ENDPOINT_URL", web.url("127.0.0.1", ""))
        with pytest.raises(AddressRefused):
            got(Reach(Allowed(), tmp_path), url="s3://there/x", anonymous=True)
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_string(web))
        with pytest.raises(AddressRefused):
            got(Reach(Allowed(), tmp_path), url="az://there/x")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", web.url("127.0.0.1", ""))
        monkeypatch.setenv("HTTP_PROXY", web.url("127.0.0.1", ""))
        with pytest.raises((Unavailable, AddressRefused)):
            got(Reach(Allowed(), tmp_path), url="gs://there/x", anonymous=True, endpoint_url="http://storage.invalid")
        assert web.seen == [] and web.reached == []


@pytest.mark.parametrize("status", [301, 302, 307])
def test_no_redirect_leads_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with Web(http(status=404)) as secret, Web(redirect(secret.url("127.0.0.1", "/latest/meta-data/"), status)) as web:
        url = web.url("127.0.0.1", "")
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_string(web))
        for scheme in ("s3", "gs", "az"):
            more = {} if scheme == "az" else {"endpoint_url": url, "anonymous": True}
            with pytest.raises((Unavailable, AddressRefused)):
                got(reach(tmp_path, url), url=f"{scheme}://there/x", **more)
        assert web.seen and secret.reached == []


def test_a_name_that_leads_to_this_machine(tmp_path: Path) -> None:
    with Web(http(status=404)) as web:
        for scheme in ("s3", "gs"):
            with pytest.raises(AddressRefused):
                got(Reach(Allowed((), (web.port,)), tmp_path), url=f"{scheme}://there/x", endpoint_url=web.url("localhost", ""), anonymous=True)
        assert web.reached == []


def test_a_name_that_leads_elsewhere_the_second_time(tmp_path: Path) -> None:
    with Web(http(status=404)) as web:

        async def asked() -> Any:
            found = Names(there_example=[["93.184.216.34"], ["127.0.0.1"]])
            reached = checked(Allowed(("public.example",), (web.port,)), found)
            assert (await reached.resolve("there.example", web.port))[0]["host"] == "93.184.216.34"
            await reached.resolve("there.example", web.port)

        with pytest.raises(AddressRefused):
            asyncio.run(asked())


def test_no_metadata_service_is_asked_unless_by_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Web(http(b"role", 404)) as web, Web(http(status=403)) as storage:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", web.url("127.0.0.1", "/"))
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", web.url("127.0.0.1", "/creds"))
        url = storage.url("127.0.0.1", "")
        with pytest.raises(Unavailable, match="no credentials"):
            got(reach(tmp_path, url), url="s3://there/x", endpoint_url=url)
        assert web.seen == []
        monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        with pytest.raises(Unavailable, match="no credentials"):
            got(reach(tmp_path, url), url="s3://there/x", endpoint_url=url, machine_role=True)
        assert web.seen


# -- Google's and Azure's -------------------------------------------------------------------------------------------------------------------


def test_googles_objects_come(tmp_path: Path) -> None:
    with Web(GoogleBucket(dict(OBJECTS))) as web:
        url = web.url("127.0.0.1", "")
        files, facts, missed = got(reach(tmp_path, url), url="gs://there", endpoint_url=url, anonymous=True)
        assert files == FILES and not missed
        assert facts["docs/a.md"]["version"].startswith("17000") and facts["docs/a.md"]["etag"].startswith("E17000")
        files, _, _ = got(reach(tmp_path, url), url="gs://there/docs/**/*.md", endpoint_url=url, anonymous=True)
        assert set(files) == {"docs/a.md", "docs/deep/down/b.md"}
        with pytest.raises(NotFound, match="no bucket"):
            got(reach(tmp_path, url), url="gs://nowhere", endpoint_url=url, anonymous=True)


def test_a_google_object_that_changes_meanwhile_costs_itself(tmp_path: Path) -> None:
    bucket = GoogleBucket(dict(OBJECTS), page=100)
    with Web(bucket) as web:
        url = web.url("127.0.0.1", "")
        fetching = fetch(reach(tmp_path, url), tmp_path, url="gs://there/docs", endpoint_url=url, anonymous=True)
        assert isinstance(next(fetching), Fetched)
        bucket.objects["docs/big.txt"] = b"other"
        assert [one.reason for one in fetching if isinstance(one, Missed)] == ["not_found"]


def test_an_endpoint_of_ones_own_gets_no_token_of_googles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key.json").write_text('{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    with Web(GoogleBucket({})) as web:
        url = web.url("127.0.0.1", "")
        with pytest.raises(Unavailable, match="no credentials"):
            got(reach(tmp_path, url), url="gs://there", endpoint_url=url)
        with pytest.raises(Invalid, match="kind that is not read"):
            got(reach(tmp_path, url, secrets={"GOOGLE_CREDENTIALS": '{"type": "nonsense"}'}), url="gs://there", endpoint_url=url)
        assert web.seen == []


def test_azures_blobs_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Web(AzureContainer(dict(OBJECTS))) as web:
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_string(web))
        at = reach(tmp_path, web.url("127.0.0.1"))
        files, facts, missed = got(at, url="az://there")
        assert files == FILES and not missed and facts["docs/a.md"]["etag"].startswith("0x")
        assert set(got(at, url="abfs://there/docs/*")[0]) == {"docs/a.md", "docs/big.txt", "docs/deep/down/b.md"}
        with pytest.raises(NotFound, match="no bucket"):
            got(at, url="az://nowhere/x")
        assert all(seen.headers["authorization"].startswith("SharedKey devstoreaccount1:") for seen in web.seen)


def test_a_string_that_connects_to_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", "nonsense")
    with pytest.raises(Invalid, match="AZURE_STORAGE_CONNECTION_STRING is no connection string"):
        got(reach(tmp_path), url="az://there")


def test_an_azure_blob_that_changes_meanwhile_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    container = AzureContainer(dict(OBJECTS), page=100)
    with Web(container) as web:
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azure_string(web))
        fetching = fetch(reach(tmp_path, web.url("127.0.0.1")), tmp_path, url="az://there/docs")
        assert isinstance(next(fetching), Fetched)
        container.objects["docs/big.txt"] = b"other"
        del container.objects["docs/deep/down/b.md"]
        assert [one.reason for one in fetching if isinstance(one, Missed)] == ["changed", "not_found"]


def test_keys_of_the_environment_are_for_the_account_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "mine")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=secret")
    found = {name: _Known.of(reach(tmp_path), Asked("", "", name, name == "open", False)) for name in ("", "mine", "other", "open")}
    assert (found[""].sas, found["mine"].sas) == ("sv=1&sig=secret", "sv=1&sig=secret") and found["other"].sas is found["open"].sas is None
    assert found["other"].credential is not None and found["open"].credential is None
    stored = reach(tmp_path, secrets={"AZURE_STORAGE_ACCOUNT_KEY": "key"})
    assert _Known.of(stored, Asked("", "", "other", False, False)).key == "key"
    with pytest.raises(Unavailable) as error:
        got(Reach(Allowed(), tmp_path), url="abfss://box@mine.blob.core.windows.net/x")
    assert "secret" not in str(error.value)


def test_what_azure_needs_to_be_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="account"):
        got(reach(tmp_path), url="az://there/x")
    with pytest.raises(Invalid, match="AZURE_STORAGE_CONNECTION_STRING"):
        got(reach(tmp_path), url="az://there/x", endpoint_url="http://127.0.0.1:1")


def test_a_library_that_is_missing_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rowsmith.connectors.object_storage import fetch\n"
        "from rowsmith.core.addresses import Allowed; from rowsmith.core.fetching import Reach\n"
        "for name in ('s3fs', 'gcsfs', 'adlfs'): sys.modules[name] = None\n"
        "for scheme in ('s3', 'gs', 'az'):\n"
        "    try: list(fetch(Reach(Allowed(), Path('.')), Path('.'), url=scheme + '://there/x'))\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert [line.split()[0] for line in said.splitlines()] == ["Unavailable"] * 3
    assert all(f"pip install 'rowsmith[{extra}]'" in said for extra in ("s3", "gcs", "azure"))
