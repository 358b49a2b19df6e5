"""What a person reads when something is refused: what stands in the way, and the ways on."""

from __future__ import annotations

from tests.features.eventually import eventually
from tests.guard.test_clients import connected, reached
from tests.safety.crash.proxy import Proxy
from tests.safety.landscape import without_queue
from tests.safety.meanwhile import meanwhile
from tests.safety.stronghold import ALL_AT_ONCE, DESTROY, UP, Stronghold
from tests.support.api import Api
from tests.support.idle import rate, until_idle
from tests.support.stack import Stack

QUEUE = """\
queue work is not deleted: it holds 3 messages (3 ready, 0 unacknowledged) and has 0 consumers.
  Options:
  - drain it: let its consumers finish and disconnect, then run the same command again
  - consent to the loss, in the config dict: allow_deletion: {queues: [work]}
  - keep it: declare it with retain: {queues: [work]}, run pulumi up, then remove it, not retain
"""
UNACKNOWLEDGED = """\
queue lent is not deleted: it holds 3 messages (0 ready, 3 unacknowledged) and has 0 consumers.
  Options:
  - drain it: let its consumers finish and disconnect, then run the same command again
  - consent to the loss, in the config dict: allow_deletion: {queues: [lent]}
  - keep it: declare it with retain: {queues: [lent]}, run pulumi up, then remove it, not retain
"""
CONSUMED = """\
queue watched is not deleted: it holds 0 messages (0 ready, 0 unacknowledged) and has 1 consumer.
  Options:
  - drain it: let its consumers finish and disconnect, then run the same command again
  - consent to the loss, in the config dict: allow_deletion: {queues: [watched]}
  - keep it: declare it with retain: {queues: [watched]}, run pulumi up, then remove it, not retain
"""
STREAM = """\
queue audit is not deleted: it is a stream, of which consuming removes nothing (3 messages as \
sampled up to 11 s ago), and has 0 consumers.
  Options:
  - read from it what is still needed, and then consent
  - consent to the loss, in the config dict: allow_deletion: {queues: [audit]}
  - keep it: declare it with retain: {queues: [audit]}, run pulumi up, then remove it, not retain
"""
BOUND_BY_OTHERS = """\
exchange idle is not deleted: it still routes to what others bound: theirs.
  Options:
  - stop what publishes to it, and remove the bindings that others made
  - consent to the loss, in the config dict: allow_deletion: {exchanges: [idle]}
  - keep it: declare it with retain: {exchanges: [idle]}, run pulumi up, then remove it, not retain
"""
FED_BY_OTHERS = """\
exchange relay is not deleted: it still gets messages from what others bound: amq.topic.
"""
PUBLISHED = """\
exchange spoken is not deleted: it is being published to (
"""
VHOST = """\
is not deleted: it still holds 3 exchanges (idle, relay, spoken), 1 queue (theirs), \
2 bindings (amq.topic -> exchange relay (routing_key #), idle -> theirs), \
which this run does not delete.
  Options:
  - delete these objects (pulumi destroy of the stack that declares them) and repeat this command
  - share the vhost: declare it with existing: true, and no run of this stack deletes it
  - consent to the loss, in the config dict: allow_deletion: {vhost: true}
  - keep it on the broker: run pulumi up with retain: {vhost: true}, and then this command again
"""
UNASKED = """\
queue left is not deleted: the broker could not be asked what would be lost.
  - rabbitmq-topology:amqpEndpoint: no AMQP connection to """
AGAIN = "Run the same command again when it can be."


def _says(text: str, refusal: str) -> bool:
    """Pulumi indents what a hook says."""
    plain = "\n".join(line.strip() for line in text.splitlines())
    return "\n".join(line.strip() for line in refusal.splitlines()) in plain


def test_queues_in_use(stronghold: Stronghold) -> None:
    removed = [without_queue(name) for name in ("work", "lent", "watched", "audit")]
    said = stronghold.attack(*removed, command=ALL_AT_ONCE)
    for refusal in (QUEUE, UNACKNOWLEDGED, CONSUMED, STREAM):
        assert _says(said.text, refusal), said.text
    assert "Traceback" not in said.text


def test_exchanges_and_vhosts_that_others_use(stack: Stack) -> None:
    vhost = stack.vhost
    config = {
        "vhost": vhost,
        "exchanges": {name: {"type": "fanout"} for name in ("idle", "relay", "spoken")},
    }
    stack.configure(config)
    assert stack.run(*UP).code == 0
    with Api(stack.broker) as api:
        api.put("queues", vhost, "theirs", body={"durable": True})
        api.post("bindings", vhost, "e", "idle", "q", "theirs", body={})
        api.post("bindings", vhost, "e", "amq.topic", "e", "relay", body={"routing_key": "#"})
        assert api.publish(vhost, "idle", "")
        until_idle(api, vhost, "idle")
        stack.configure({"vhost": vhost})
        # Beside a client that stays: whoever publishes over HTTP connects for each message.
        with (
            connected(reached(stack.broker), vhost),
            meanwhile(lambda: api.publish(vhost, "spoken", "")),
        ):
            eventually(lambda: rate(api, vhost, "spoken") > 0, wanted=True)
            said = stack.run(*ALL_AT_ONCE)
        for refusal in (BOUND_BY_OTHERS, FED_BY_OTHERS, PUBLISHED):
            assert _says(said.text, refusal.removesuffix("\n")), said.text
        stack.configure({"vhost": vhost, "retain": {"exchanges": ["idle", "relay", "spoken"]}})
        said = stack.run(*DESTROY)
        assert _says(said.text, VHOST), said.text
        assert api.take(vhost, "theirs") == 1


def test_a_broker_that_cannot_be_asked_over_amqp(stack: Stack) -> None:
    with Proxy(stack.broker.amqp) as amqp:
        config = {"vhost": stack.vhost, "queues": {"left": {}}}
        stack.configure(config, amqpEndpoint=amqp.url)
        assert stack.run(*UP).code == 0
        amqp.cut()
        stack.configure({"vhost": stack.vhost}, amqpEndpoint=amqp.url)
        said = stack.run(*UP)
    assert _says(said.text, UNASKED), said.text
    assert AGAIN in said.text
    with Api(stack.broker) as api:
        assert set(api.queues(stack.vhost)) == {"left"}
