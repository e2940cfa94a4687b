"""The table of addresses: leaks 0, false blocks 0."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known import BAD, CLOUD, GOOD, NUMBERS, OWN

from rowsmith.core import addresses
from rowsmith.core.addresses import ANY_LOCAL, AddressRefused, Allowed, kind_of
from rowsmith.core.errors import Invalid


def refused(allowed: Allowed, address: str, host: str = "name.example", port: int = 443) -> bool:
    try:
        allowed.check(host, [address], port)
    except AddressRefused as error:
        return address in error.what and error.fix != ""
    return False


def test_bad_addresses_are_refused_and_good_ones_are_not() -> None:
    leaks = [address for address in BAD if not refused(Allowed(), address)]
    false_blocks = [address for address in GOOD if refused(Allowed(), address)]
    assert (leaks, false_blocks) == ([], [])
    assert [address for address in CLOUD if not refused(Allowed(), address)] == []


def test_own_machines_are_reached_where_they_are_listed_and_metadata_never() -> None:
    assert [kind_of(address) for address in OWN] == ["local"] * len(OWN)
    assert [address for address in OWN if not refused(Allowed(), address)] == []
    assert [address for address in [*OWN, *GOOD] if refused(ANY_LOCAL, address, port=11434)] == []
    forbidden = set(CLOUD) | {address for address in BAD if kind_of(address) == "forbidden"}
    assert len(forbidden) == 36
    assert [address for address in forbidden if not refused(ANY_LOCAL, address)] == []
    assert [address for address in forbidden if not refused(Allowed((address, "name.example")), address)] == []


@pytest.mark.parametrize("listed", ["hub.lan", "HUB.lan", "10.1.2.3", "10.0.0.0/8", "10.1.2.3/8"])
def test_a_host_is_listed_by_name_address_or_network(listed: str) -> None:
    assert not refused(Allowed((listed,)), "10.1.2.3", "hub.lan.")
    assert not refused(Allowed((listed,)), "::ffff:10.1.2.3", "Hub.lan")
    assert refused(Allowed((listed,)), "192.168.1.1", "other.lan")


def test_every_answer_has_to_be_allowed() -> None:
    for answers in (["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8", "169.254.169.254"]):
        with pytest.raises(AddressRefused):
            Allowed().check("two.example", answers, 443)
    Allowed().check("two.example", GOOD, 443)


def test_ports() -> None:
    assert [port for port in (80, 443) if refused(Allowed(), "8.8.8.8", port=port)] == []
    for port in (22, 25, 6379, 8080, 11434):
        with pytest.raises(AddressRefused, match=f"port {port}"):
            Allowed().check("a.example", ["8.8.8.8"], port)
        Allowed(ports=(port,)).check("a.example", ["8.8.8.8"], port)


def test_shorthand_is_no_address() -> None:
    for text in (*NUMBERS, "127.0.0.1.", "", "localhost", "8.8.8.8:443", "[::1]"):
        assert refused(ANY_LOCAL, text)
        with pytest.raises(ValueError):
            kind_of(text)
    assert kind_of("2606:4700::1111%eth0") == "forbidden"


def test_a_server_that_listens_everywhere_is_named_otherwise() -> None:
    with pytest.raises(AddressRefused) as caught:
        ANY_LOCAL.check("0.0.0.0", ["0.0.0.0"], 8000)
    assert "127.0.0.1" in caught.value.fix


def test_a_network_that_is_none_is_told() -> None:
    with pytest.raises(Invalid, match=r"10\.0\.0\.0/99"):
        Allowed(("10.0.0.0/99",))


def test_the_table_does_not_contradict_itself() -> None:
    tables = [*addresses.NOT_PUBLIC_4, *addresses.NOT_PUBLIC_6]
    assert [net for net in addresses.METADATA if not any(_inside(net, local) for local in addresses.LOCAL)] == []
    assert [net for net in addresses.LOCAL if not any(_inside(net, bad) for bad in tables) and net.overlaps(addresses.PUBLIC_6)] == []
    assert [net for net in addresses.LOCAL if net.version == 4 and not any(_inside(net, bad) for bad in tables)] == []


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_what_it_is_in_every_form_of_ipv6(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    kind = kind_of(str(plain))
    assert kind_of(str(ipaddress.IPv6Address((0xFFFF << 32) | number))) == kind
    assert kind_of(str(ipaddress.IPv6Address((0x64FF9B << 96) | number))) == ("public" if kind == "public" else "forbidden")
    assert kind_of(str(ipaddress.IPv6Address(number))) in ("forbidden", "local")
    assert kind_of(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))) == "forbidden"


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1) | st.integers(0x2000 << 112, (0x4000 << 112) - 1))
def test_public_ipv6_is_what_is_given_out(number: int) -> None:
    address = ipaddress.IPv6Address(number)
    if kind_of(str(address)) == "public":
        assert address in ipaddress.ip_network("2000::/3") or address in ipaddress.ip_network("64:ff9b::/96") or address.ipv4_mapped
        assert not (address.is_private or address.is_multicast or address.is_link_local)


def _inside(net: addresses.Network, other: addresses.Network) -> bool:
    return net.version == other.version and net.subnet_of(other)  # type: ignore[arg-type]
