"""The broker, and its alarms in CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, mq, sns
from rabbitmq_topology import Connection

config = pulumi.Config()


def make(name: str) -> Connection:
    """The broker. Its user is an administrator, and the only one until the topology is applied."""
    subnets = config.get_object("subnetIds")
    username, password = "pulumi", config.require_secret("password")
    broker = mq.Broker(
        name,
        broker_name=name,
        engine_type="RabbitMQ",
        engine_version=config.get("engineVersion") or "4.2",
        auto_minor_version_upgrade=True,
        deployment_mode=config.get("deploymentMode") or "CLUSTER_MULTI_AZ",
        host_instance_type=config.get("instanceType") or "mq.m7g.large",
        publicly_accessible=subnets is None,
        subnet_ids=subnets,
        security_groups=config.get_object("securityGroupIds"),
        logs=mq.BrokerLogsArgs(general=True),
        users=[mq.BrokerUserArgs(username=username, password=password)],
        # What would replace the broker, and its messages with it, is refused. A new password would.
        opts=pulumi.ResourceOptions(protect=True, ignore_changes=["users"]),
    )
    first = broker.instances[0]
    return Connection(
        management_endpoint=first.apply(lambda found: found.console_url or ""),  # port 443
        amqp_endpoint=first.apply(lambda found: (found.endpoints or [""])[0]),  # port 5671
        username=username,
        password=password,
    )


def watch(name: str, vhost: str, services: Mapping[str, Any]) -> None:
    """CloudWatch alarms for the broker `name` and for each queue that a service consumes from."""
    topic = sns.Topic(name)
    if email := config.get("email"):
        sns.TopicSubscription(name, topic=topic.arn, protocol="email", endpoint=email)
    of_broker = {"Broker": name}
    _alarm(topic, f"{name}-cpu", "SystemCpuUtilization", of_broker, above=80)
    _ratio(topic, f"{name}-memory", name, "RabbitMQMemUsed/RabbitMQMemLimit", above=0.8)
    _ratio(topic, f"{name}-disk", name, "RabbitMQDiskFreeLimit/RabbitMQDiskFree", above=0.5)
    most = config.get_int("mostMessages") or 1000
    for queue in sorted({queue for of in services.values() for queue in of.get("consumes", [])}):
        of_queue = {**of_broker, "VirtualHost": vhost, "Queue": queue}
        _alarm(topic, f"{name}-{queue}-waiting", "MessageReadyCount", of_queue, above=most)
        _alarm(topic, f"{name}-{queue}-consumers", "ConsumerCount", of_queue, below=1)


def _alarm(
    topic: sns.Topic,
    name: str,
    metric: str,
    dimensions: Mapping[str, str],
    *,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """Five minutes in a row on the wrong side of a limit, or no figures at all."""
    cloudwatch.MetricAlarm(
        name,
        namespace="AWS/AmazonMQ",
        metric_name=metric,
        dimensions=dimensions,
        statistic="Maximum",
        period=60,
        evaluation_periods=5,
        comparison_operator="LessThanThreshold" if above is None else "GreaterThanThreshold",
        threshold=below if above is None else above,
        treat_missing_data="breaching",
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
    )


def _ratio(topic: sns.Topic, name: str, broker: str, ratio: str, *, above: float) -> None:
    """One metric divided by another: the limits depend on the type of the instances."""
    cloudwatch.MetricAlarm(
        name,
        metric_queries=[
            cloudwatch.MetricAlarmMetricQueryArgs(
                id=f"m{number}",
                metric=cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace="AWS/AmazonMQ",
                    metric_name=metric,
                    dimensions={"Broker": broker},
                    period=60,
                    # The free space of the fullest node.
                    stat="Minimum" if metric == "RabbitMQDiskFree" else "Maximum",
                ),
            )
            for number, metric in enumerate(ratio.split("/"))
        ]
        + [cloudwatch.MetricAlarmMetricQueryArgs(id="ratio", expression="m0/m1", return_data=True)],
        evaluation_periods=5,
        comparison_operator="GreaterThanThreshold",
        threshold=above,
        treat_missing_data="breaching",
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
    )
