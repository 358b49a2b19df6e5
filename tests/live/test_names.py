"""Names with every character that the check lets through, on the newest RabbitMQ and the oldest."""

from __future__ import annotations

import string

from tests.support.api import Api
from tests.support.stack import Stack

PUNCTUATION = "".join(sorted(set(string.punctuation) - set("@/")))
NAMES = (
    f"a{PUNCTUATION}b",
    " leading",
    "trailing ",
    "%2F",
    "...",
    "-",
    "123",
    "1e3",
    "null",
    "größe",
    "キュー😀",
    "no\u00a0break",
    "é" * 127,
    "x" * 255,
)
KEYS = (*NAMES, "", "#", "*.a", "~", "/", "a/b", "@", "a@b")


def test_names_survive(end_stack: Stack, api: Api) -> None:
    vhost = f"{end_stack.token}/{PUNCTUATION} größe 😀"
    end_stack.configure(
        {
            "vhost": vhost,
            "exchanges": {name: {"type": "topic"} for name in NAMES} | {"sl/ash": {}},
            "queues": {name: {} for name in NAMES} | {"sl/ash": {}},
            "bindings": [
                *({"source": name, "destination": "-"} for name in NAMES),
                *({"source": "-", "destination": name, "routing_key": "k"} for name in NAMES),
                *({"source": "123", "destination": "123", "routing_key": key} for key in KEYS),
            ],
        }
    )
    end_stack.up()
    end_stack.expect_no_changes()
    assert set(api.exchanges(vhost)) == set(api.queues(vhost)) == {*NAMES, "sl/ash"}
    found = {(b["source"], b["destination"], b["routing_key"]) for b in api.bindings(vhost)}
    assert found == {
        *((name, "-", "") for name in NAMES),
        *(("-", name, "k") for name in NAMES),
        *(("123", "123", key) for key in KEYS),
    }
    end_stack.destroy()
    assert vhost not in api.vhosts()


def test_arguments_of_bindings_keep_their_types(end_stack: Stack, api: Api) -> None:
    vhost = end_stack.vhost
    arguments = {"x-match": "all", "number": 5, "flag": True, "text": "5", "größe": "ü %"}
    end_stack.configure(
        {
            "vhost": vhost,
            "exchanges": {"e": {"type": "headers"}},
            "queues": {"q": {}},
            "bindings": [
                {"source": "e", "destination": "q", "arguments": arguments},
                {"source": "e", "destination": "q", "arguments": arguments, "routing_key": "a/b %"},
            ],
        }
    )
    end_stack.up()
    end_stack.expect_no_changes()
    assert [binding["arguments"] for binding in api.bindings(vhost)] == [arguments, arguments]
    headers = {name: value for name, value in arguments.items() if name != "x-match"}
    assert api.publish(vhost, "e", "", headers=headers)
    assert not api.publish(vhost, "e", "", headers=headers | {"number": "5"})
