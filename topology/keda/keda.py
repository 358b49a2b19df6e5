"""KEDA's objects (keda.sh/v1alpha1), one pair for each service that consumes from queues.

KEDA asks the broker for the length of a queue in one of two ways. Over AMQP it connects as the
service itself, which needs no further rights, and sees ready messages alone. Over the management
API it also sees those that consumers hold, and how many are published a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ..expand import Expanded
from ..problems import ConfigError, Problem
from .names import MANAGEMENT_KEY, URL_KEY, object_name, secret_name

_API: Final = "keda.sh/v1alpha1"
_LABELS: Final = {"app.kubernetes.io/part-of": "rabbitmq-topology"}
_SINGLE: Final = "x-single-active-consumer"


class Mode(StrEnum):
    """What a replica is for, in KEDA's words."""

    QUEUE_LENGTH = "QueueLength"
    MESSAGE_RATE = "MessageRate"


@dataclass(frozen=True, slots=True)
class Scaling:
    """How all services of a topology are scaled."""

    namespace: str = "default"
    deployment: str = "{service}"
    """Name of a service's Deployment, with `{service}` for the service's own."""
    minimum: int = 1
    maximum: int = 10
    mode: Mode = Mode.QUEUE_LENGTH
    value: int = 20
    """Messages for each replica: waiting ones, or published ones a second."""
    management_secret: str = ""
    """Secret with the URL of the management API; empty to ask over AMQP."""


def manifests(expanded: Expanded, scaling: Scaling) -> list[dict[str, Any]]:
    """Every object. Raises `ConfigError` where two services would have the same names."""
    consuming = {name: _lengths(expanded, name) for name in expanded.inherited.services}
    consuming = {name: queues for name, queues in consuming.items() if queues}
    _check_names(consuming)
    found = []
    for service, queues in consuming.items():
        found.append(_authentication(service, scaling))
        found.append(_scaled_object(service, queues, expanded, scaling))
    return found


def notes(expanded: Expanded, scaling: Scaling) -> Iterator[str]:
    """What is not as one might think."""
    for name, service in expanded.inherited.services.items():
        streams = [q for q in service.consumes if _type(expanded, q) == "stream"]
        if streams:
            listed = ", ".join(streams)
            yield f"service {name}: KEDA cannot tell how far one is behind in a stream ({listed})"
        queues = _lengths(expanded, name)
        if queues and _is_single(expanded, queues):
            yield f"service {name}: one replica, for its queues have one active consumer at a time"
    if scaling.minimum == 0 and not scaling.management_secret:
        yield (
            "with no replicas at least, a service is ended while it works on its last messages: "
            "over AMQP, KEDA sees ready messages alone; name a --management-secret"
        )


def _check_names(services: dict[str, list[str]]) -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for service in services:
        named[object_name(service)].append(service)
    problems = []
    for name, (first, *others) in named.items():
        for other in others:
            message = f"would be called {name} in Kubernetes, as would {first}"
            problems.append(Problem(("services", other), message, "rename one"))
        if not name:
            message = "has no letter or digit that a name in Kubernetes may have"
            problems.append(Problem(("services", first), message, "rename it"))
    if problems:
        raise ConfigError(problems)


def _authentication(service: str, scaling: Scaling) -> dict[str, Any]:
    if scaling.management_secret:
        secret, key = scaling.management_secret, MANAGEMENT_KEY
    else:
        secret, key = secret_name(service), URL_KEY
    return {
        "apiVersion": _API,
        "kind": "TriggerAuthentication",
        "metadata": _metadata(service, scaling),
        "spec": {"secretTargetRef": [{"parameter": "host", "name": secret, "key": key}]},
    }


def _scaled_object(
    service: str, queues: list[str], expanded: Expanded, scaling: Scaling
) -> dict[str, Any]:
    maximum = 1 if _is_single(expanded, queues) else scaling.maximum
    vhost = expanded.settled.topology.vhost.name
    return {
        "apiVersion": _API,
        "kind": "ScaledObject",
        "metadata": _metadata(service, scaling),
        "spec": {
            "scaleTargetRef": {
                "name": scaling.deployment.replace("{service}", object_name(service))
            },
            "minReplicaCount": min(scaling.minimum, maximum),
            "maxReplicaCount": maximum,
            "triggers": [_trigger(service, queue, vhost, scaling) for queue in queues],
        },
    }


def _trigger(service: str, queue: str, vhost: str, scaling: Scaling) -> dict[str, Any]:
    metadata = {
        "protocol": "http" if scaling.management_secret else "amqp",
        "queueName": queue,
        "mode": str(scaling.mode),
        "value": str(scaling.value),
    }
    if scaling.management_secret:
        metadata["vhostName"] = vhost
    return {
        "type": "rabbitmq",
        "metadata": metadata,
        "authenticationRef": {"name": secret_name(service)},
    }


def _metadata(service: str, scaling: Scaling) -> dict[str, Any]:
    name, namespace = secret_name(service), scaling.namespace
    return {"name": name, "namespace": namespace, "labels": dict(_LABELS)}


def _lengths(expanded: Expanded, service: str) -> list[str]:
    """Queues whose length says how much there is to do. A stream keeps what was read."""
    consumes = expanded.inherited.services[service].consumes
    return [queue for queue in consumes if _type(expanded, queue) != "stream"]


def _type(expanded: Expanded, queue: str) -> str:
    declared = expanded.settled.topology.queues.get(queue)
    return (declared.type if declared else None) or "classic"


def _is_single(expanded: Expanded, queues: list[str]) -> bool:
    declared = expanded.settled.topology.queues
    return all(q in declared and declared[q].arguments.get(_SINGLE) is True for q in queues)
