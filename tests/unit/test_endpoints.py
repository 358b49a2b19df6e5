"""Addresses of brokers: what is wrong with them is said without showing them."""

from __future__ import annotations

import pytest

from topology.endpoints import AMQP_SCHEMES, MANAGEMENT_SCHEMES, endpoint_problems, swapped_ports

PATH = ("amqpEndpoint",)


@pytest.mark.parametrize(
    ("endpoint", "schemes"),
    [
        ("amqp://localhost:5672", AMQP_SCHEMES),
        ("amqps://broker.example", AMQP_SCHEMES),
        ("amqp://[::1]:5672", AMQP_SCHEMES),
        ("http://localhost:15672", MANAGEMENT_SCHEMES),
        ("https://broker.example", MANAGEMENT_SCHEMES),
        ("https://broker.example/rabbitmq", MANAGEMENT_SCHEMES),
    ],
)
def test_an_address_is_left_alone(endpoint: str, schemes: tuple[str, ...]) -> None:
    assert list(endpoint_problems(PATH, endpoint, schemes)) == []


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        ("localhost:5672", "must be an amqp or amqps URL with a host"),
        ("http://localhost:5672", "must be an amqp or amqps URL with a host"),
        ("amqp://", "must be an amqp or amqps URL with a host"),
        ("amqp://localhost:port", "is not a URL"),
        ("amqp://localhost:99999", "is not a URL"),
        ("amqp://[::1", "is not a URL"),
        ("amqp://user:hunter2@localhost", "holds credentials"),
        ("amqp://localhost/", "ends with a slash"),
        ("amqp://localhost/vhost", "holds a path"),
        ("amqp://localhost?heartbeat=5", "holds a query or a fragment"),
        ("amqp://localhost#queue", "holds a query or a fragment"),
        ("amqp://local host", "holds a space"),
    ],
)
def test_a_wrong_address_is_explained(endpoint: str, text: str) -> None:
    (problem,) = endpoint_problems(PATH, endpoint, AMQP_SCHEMES)
    assert text in str(problem)
    assert "hunter2" not in str(problem)


def test_a_management_endpoint_may_not_end_with_a_slash() -> None:
    (problem,) = endpoint_problems(PATH, "http://localhost:15672/", MANAGEMENT_SCHEMES)
    assert str(problem) == "amqpEndpoint: ends with a slash; leave the slash out"


@pytest.mark.parametrize(
    ("amqp", "management", "port"),
    [
        ("amqp://localhost:15672", "http://localhost:15672", 15672),
        ("amqp://mq.example:8080", "http://mq.example:8080", 8080),
        ("amqps://mq.example:15671", "", 15671),
        ("amqp://localhost:5672", "http://localhost:15672", None),
        ("amqp://mq.example", "https://mq.example", None),
        ("amqp://a.example:8080", "http://b.example:8080", None),
        ("amqp://[", "http://localhost:15672", None),
    ],
)
def test_clients_are_not_sent_to_the_management_api(
    amqp: str, management: str, port: int | None
) -> None:
    found = [str(one) for one in swapped_ports(("amqpEndpoint",), amqp, management)]
    assert bool(found) == bool(port)
    if port:
        assert (f"port {port} is the management API's" in found[0]) == (port in (15671, 15672))
        assert "5672 by default" in found[0]
        assert "5672 by default" in found[0]
