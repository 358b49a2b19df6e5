"""AMQP URLs hold any name and any password, and give them back unchanged."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.urls import amqp_url, exchange_url, queue_url, with_credentials

ENDPOINT = "amqp://localhost:5672"
ANY_TEXT = st.text()
RESERVED = ":/?#[]@!$&'()*+,;=% \t\"<>\\^`{|}~"


@pytest.mark.parametrize(
    ("vhost", "url"),
    [
        ("/", "amqp://localhost:5672/%2F"),
        ("my-vhost", "amqp://localhost:5672/my-vhost"),
        ("a/b", "amqp://localhost:5672/a%2Fb"),
        ("100%", "amqp://localhost:5672/100%25"),
        ("a b+c", "amqp://localhost:5672/a%20b%2Bc"),
        ("größe", "amqp://localhost:5672/gr%C3%B6%C3%9Fe"),
        ("#?@:", "amqp://localhost:5672/%23%3F%40%3A"),
    ],
)
def test_a_vhost_is_one_segment(vhost: str, url: str) -> None:
    assert amqp_url(ENDPOINT, vhost) == url


def test_names_stand_in_the_fragment() -> None:
    url = amqp_url("amqps://broker.example", "v")
    assert exchange_url(url, "my-exchange") == "amqps://broker.example/v#exchange=my-exchange"
    assert queue_url(url, "a/b c") == "amqps://broker.example/v#queue=a%2Fb%20c"


@given(vhost=ANY_TEXT, name=ANY_TEXT, username=ANY_TEXT, password=ANY_TEXT)
def test_everything_comes_back(vhost: str, name: str, username: str, password: str) -> None:
    url = with_credentials(queue_url(amqp_url(ENDPOINT, vhost), name), username, password)
    parts = urlsplit(url)
    assert parts.scheme == "amqp" and (parts.hostname, parts.port) == ("localhost", 5672)
    assert parts.query == "" and parts.path.count("/") == 1
    assert unquote(parts.path[1:]) == vhost
    assert unquote(parts.username or "") == username
    assert unquote(parts.password or "") == password
    kind, _, encoded = parts.fragment.partition("=")
    assert (kind, unquote(encoded)) == ("queue", name)


@given(st.text(alphabet=RESERVED, min_size=1))
def test_nothing_that_a_url_gives_a_meaning_stays_bare(name: str) -> None:
    encoded = amqp_url(ENDPOINT, name).removeprefix(f"{ENDPOINT}/")
    assert set(encoded) <= set("%~0123456789ABCDEF")


def test_credentials_go_where_clients_look_for_them() -> None:
    url = with_credentials("amqp://localhost:5672/v#queue=q", "user@corp", "p:/%+ ä")
    assert url == "amqp://user%40corp:p%3A%2F%25%2B%20%C3%A4@localhost:5672/v#queue=q"


def test_an_ipv6_host_keeps_its_brackets() -> None:
    assert with_credentials("amqp://[::1]:5672/v", "u", "p") == "amqp://u:p@[::1]:5672/v"
