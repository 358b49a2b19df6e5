"""Which errors of the provider pass by themselves, by the texts that the engine shows."""

from __future__ import annotations

import pytest

from topology.hooks.lag import Lag, lag

URN = "urn:pulumi:dev::p::rabbitmq:index/queue:Queue::v/q"
PASSING = [
    ("create", f"expected non-nil error with nil state during Create of {URN}", Lag.NOT_READ),
    (
        "update",
        f"Resource provider reported that the resource did not exist while updating {URN}.\n\nThis",
        Lag.NOT_READ,
    ),
    ("create", "1 error occurred:\n\t* Error 404 (Object Not Found): Not Found", Lag.NOT_THERE),
    ("create", "Error declaring RabbitMQ queue: 404 Not Found", Lag.NOT_THERE),
    ("create", 'declaring the shovel "s": it does not exist', Lag.NOT_THERE),
    ("create", "* Error 400 (bad_request): no_such_user", Lag.NOT_THERE),
    ("create", "* Error 503 (Service Unavailable): timeout", Lag.NOT_REACHED),
    ("update", "* Error 502 (Error 502 from RabbitMQ: invalid character '<'): ", Lag.NOT_REACHED),
    ("create", "error declaring RabbitMQ exchange: 504 Gateway Timeout", Lag.NOT_REACHED),
    ("create", 'reading the vhost "v": RabbitMQ answered 503 Service: ', Lag.NOT_REACHED),
    (
        "create",
        'Put "http://b/api/queues/v/q": dial tcp: connect: connection refused',
        Lag.NOT_REACHED,
    ),
    ("create", 'Put "http://b/api/queues/v/q": EOF', Lag.NOT_REACHED),
    ("create", "read tcp 10.0.0.1:5->10.0.0.2:15672: connection reset by peer", Lag.NOT_REACHED),
]
FINAL = [
    ("create", "* Error 400 (bad_request): inequivalent arg 'x-max-length' for queue 'q'"),
    ("create", "* Error 400 (bad_request): invalid arg 'x-max-age'"),
    ("create", "Error: API responded with a 401 Unauthorized"),
    ("create", "* Error 403 (Forbidden): not_authorised"),
    ("create", "* Error 500 (Internal Server Error): badarg"),
    ("create", "* Error 406 (Error 502 was here): not passing"),
    ("create", 'Put "http://b/api/queues/v/q": RabbitMQ did not answer within 1m0s'),
    ("create", 'unable to parse resource id: "a@b@c"'),
    # Of a deletion, what was checked before it may have changed since.
    ("delete", "* Error 503 (Service Unavailable): timeout"),
    ("delete", 'Delete "http://b/api/queues/v/q": EOF'),
]


@pytest.mark.parametrize(("operation", "error", "found"), PASSING)
def test_what_passes_by_itself(operation: str, error: str, found: Lag) -> None:
    assert lag(operation, error, replaced=False) is found


@pytest.mark.parametrize(("operation", "error"), FINAL)
def test_what_is_final(operation: str, error: str) -> None:
    assert lag(operation, error, replaced=False) is None


def test_what_was_deleted_in_this_run_may_still_be_seen() -> None:
    error = "* Error 400 (bad_request): inequivalent arg 'durable' for queue 'q' in vhost 'v'"
    assert lag("create", error, replaced=True) is Lag.NOT_GONE
    assert lag("update", error, replaced=True) is None
