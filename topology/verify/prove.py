"""Tries acts over AMQP, leaving no trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError, ChannelClosedByBroker

from ..broker.amqp import AccessRefusedError, open_amqp
from .act import Act, Deed, Outcome

_ACCESS_REFUSED = 403
_NOT_FOUND = 404
_PRECONDITION_FAILED = 406

_NO_PRIORITY = {"x-priority": "none"}
"""A consumer argument that RabbitMQ refuses, after it has checked the right to read."""


def prove(parameters: pika.URLParameters, acts: Iterable[Act]) -> Iterator[Outcome]:
    """The outcome of connecting and of each act, as it comes. Who may not connect can do nothing.

    Raises `BrokerError` if the broker cannot be reached. Nothing shows the URL.
    """
    entering = Act(Deed.CONNECT, parameters.virtual_host, allowed=True)
    try:
        connection = open_amqp(parameters)
    except AccessRefusedError as error:
        yield Outcome(entering, permitted=False, note=error.problems[0].message)
        return
    yield Outcome(entering, permitted=True)
    try:
        for act in acts:
            yield _try(connection, act)
    finally:
        if connection.is_open:
            connection.close()


def _try(connection: pika.BlockingConnection, act: Act) -> Outcome:
    # RabbitMQ closes the channel on a refusal; so each act has its own.
    try:
        channel = connection.channel()
        _DEEDS[act.deed](channel, act)
    except ChannelClosedByBroker as closed:
        if closed.reply_code == _ACCESS_REFUSED:
            return Outcome(act, permitted=False)
        if closed.reply_code == _PRECONDITION_FAILED and act.deed is Deed.CONSUME:
            return Outcome(act, permitted=True)
        missing = "does not exist" if closed.reply_code == _NOT_FOUND else closed.reply_text
        return Outcome(act, permitted=None, note=missing)
    except AMQPError as error:
        return Outcome(act, permitted=None, note=type(error).__name__)
    if channel.is_open:
        channel.close()
    return Outcome(act, permitted=True)


def _publish(channel: BlockingChannel, act: Act) -> None:
    # What is published in a transaction is checked at once and routed at its commit, which never
    # comes.
    channel.tx_select()
    channel.basic_publish(act.target, act.routing_key, b"")
    channel.tx_rollback()


def _consume(channel: BlockingChannel, act: Act) -> None:
    channel.basic_consume(act.target, lambda *_: None, arguments=_NO_PRIORITY)


def _declare(channel: BlockingChannel, act: Act) -> None:
    channel.queue_declare(act.target, exclusive=True)
    channel.queue_delete(act.target)


def _bind(channel: BlockingChannel, act: Act) -> None:
    channel.queue_declare(act.queue, exclusive=True)
    channel.queue_bind(act.queue, act.target, act.routing_key)
    channel.queue_delete(act.queue)


_DEEDS = {
    Deed.PUBLISH: _publish,
    Deed.CONSUME: _consume,
    Deed.DECLARE: _declare,
    Deed.BIND: _bind,
}
