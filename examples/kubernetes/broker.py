"""The cluster, the services' Secrets, and the objects for Prometheus and KEDA."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from rabbitmq_topology import Connection, Service

CA = "ca.crt"

config = pulumi.Config()
namespace = config.get("namespace") or "default"
tls_secret = config.require("tlsSecret")


def make(name: str) -> Connection:
    """The cluster, once all of its nodes are ready, with the user that the operator makes."""
    cluster = _object(
        "rabbitmq.com/v1beta1",
        "RabbitmqCluster",
        name,
        {
            "replicas": config.get_int("replicas") or 3,
            "persistence": {"storage": config.get("storage") or "10Gi"},
            "tls": {"secretName": tls_secret, "disableNonTLSListeners": True},
        },
        annotations={"pulumi.com/waitFor": "condition=AllReplicasReady"},
        # What would replace the cluster, and its messages with it, is refused.
        opts=pulumi.ResourceOptions(protect=True),
    )
    user = _secret(f"{name}-default-user", cluster)
    host = user["host"]  # rabbit.default.svc
    near = pulumi.Output.unsecret(pulumi.Output.concat("https://", host, ":15671"))
    return Connection(
        management_endpoint=config.get("managementEndpoint") or near,
        amqp_endpoint=pulumi.Output.unsecret(pulumi.Output.concat("amqps://", host, ":5671")),
        username=user["username"],
        password=user["password"],
        cacert_file=pulumi.Output.unsecret(_secret(tls_secret, cluster)[CA]).apply(_written),
    )


def hand_out(
    services: pulumi.Output[Mapping[str, Service]], names: Sequence[str]
) -> list[k8s.core.v1.Secret]:
    """For each service a Secret `amqp-NAME`, for its Deployment and for KEDA."""
    return [
        k8s.core.v1.Secret(
            f"amqp-{name}",
            metadata={"name": f"amqp-{name}", "namespace": namespace},
            string_data={"AMQP_URL": services[name]["url"], "tls": "enable"},
        )
        for name in names
    ]


def watch(name: str, file: str) -> None:
    """Prometheus scrapes the cluster, and alerts by the rules of the topology."""
    alerts = _printed("alerts", file)
    endpoints = [
        {
            "port": "prometheus-tls",
            "scheme": "https",
            "path": job["metrics_path"],
            "params": job.get("params", {}),
            "relabelings": [{"targetLabel": "job", "replacement": job["job_name"]}],
            "tlsConfig": {
                "ca": {"secret": {"name": tls_secret, "key": CA}},
                "serverName": f"{name}.{namespace}.svc",
            },
        }
        for job in alerts["scrape"]["scrape_configs"]
    ]
    labels = {"app.kubernetes.io/name": name}
    monitor = {"endpoints": endpoints, "selector": {"matchLabels": labels}}
    _object("monitoring.coreos.com/v1", "ServiceMonitor", name, monitor)
    _object("monitoring.coreos.com/v1", "PrometheusRule", name, alerts["rules"])


def scale(file: str, secrets: Sequence[pulumi.Resource]) -> None:
    """KEDA gives each service that consumes as many replicas as there are messages for."""
    for found in _printed("keda", file, "--namespace", namespace)["items"]:
        kind, name = found["kind"], found["metadata"]["name"]
        if kind == "TriggerAuthentication":  # KEDA trusts public CAs alone
            found["spec"]["secretTargetRef"] += [
                {"parameter": "tls", "name": name, "key": "tls"},
                {"parameter": "ca", "name": tls_secret, "key": CA},
            ]
        opts = pulumi.ResourceOptions(depends_on=secrets)
        _object(found["apiVersion"], kind, name, found["spec"], opts=opts)


def _object(
    version: str,
    kind: str,
    name: str,
    spec: Mapping[str, Any],
    *,
    annotations: Mapping[str, str] | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> k8s.apiextensions.CustomResource:
    metadata = {"name": name, "namespace": namespace, "annotations": annotations or {}}
    return k8s.apiextensions.CustomResource(
        f"{name}-{kind}".lower(),
        api_version=version,
        kind=kind,
        metadata=metadata,
        spec=spec,
        opts=opts,
    )


def _secret(name: str, cluster: pulumi.CustomResource) -> dict[str, pulumi.Output[str]]:
    """What is in a Secret of the namespace, which is read once the cluster is ready."""
    place = cluster.id.apply(lambda _: f"{namespace}/{name}")
    data = k8s.core.v1.Secret.get(name, place).data
    return {key: data.apply(partial(_text, key)) for key in ("host", "username", "password", CA)}


def _text(key: str, data: Mapping[str, str]) -> str:
    return b64decode(data.get(key, "")).decode()


def _written(certificate: str) -> str:
    """The CA as a file, which is how Pulumi's provider takes it."""
    Path("ca.pem").write_text(certificate, encoding="utf-8")
    return "ca.pem"


def _printed(command: str, *arguments: str) -> Any:
    """What a command of the topology prints as JSON; it asks no broker."""
    line = [sys.executable, "-m", "rabbitmq_topology", command, *arguments, "--json"]
    return json.loads(subprocess.run(line, check=True, capture_output=True, text=True).stdout)
