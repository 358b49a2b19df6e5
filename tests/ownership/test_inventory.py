"""What a run knows of a broker before it begins."""

from __future__ import annotations

from functools import partial

from tests.support.memory_broker import MemoryBroker
from topology.broker import BrokerReader
from topology.declare.logical_name import binding_name
from topology.model import Binding
from topology.ownership import Inventory, read_inventory


def read(broker: MemoryBroker) -> Inventory:
    with broker.management() as management:
        reader = BrokerReader(management, broker.time.timing())
        return read_inventory(reader, "v", partial(binding_name, "v"))


def filled() -> MemoryBroker:
    broker = MemoryBroker()
    vhost = broker.vhost("v")
    broker.add_queue("v", "q")
    broker.add_queue("v", "own", exclusive=True)
    broker.add_exchange("v", "e")
    broker.add_exchange("v", "inner", internal=True)
    vhost.bind("e", "q", routing_key="k", arguments={"x": 1})
    for component in ("shovel", "federation-upstream", "federation-upstream-set"):
        vhost.parameters[component, f"a {component}"] = {}
    with broker.management() as management:
        policy = {"pattern": "", "definition": {"max-length": 1}}
        management.put("policies", "v", "p", body=policy)
        management.put("operator-policies", "v", "o", body=policy)
        management.put("permissions", "v", "guest", body={})
        management.put("topic-permissions", "v", "guest", body={"exchange": "e"})
    broker.requests.clear()
    return broker


def test_names_of_everything_by_type_of_resource() -> None:
    names = dict(read(filled()).names)
    assert {"e", "inner"} <= names.pop("Exchange")
    binding = Binding(source="e", destination="q", routing_key="k", arguments={"x": 1})
    assert names == {
        "User": {"guest"},
        "VHost": {"v"},
        "Queue": {"q", "own"},
        "Binding": {binding_name("v", binding)},
        "Policy": {"p"},
        "OperatorPolicy": {"o"},
        "Permissions": {"guest"},
        "TopicPermissions": {"guest"},
        "FederationUpstream": {"a federation-upstream"},
        "FederationUpstreamSet": {"a federation-upstream-set"},
        "Shovel": {"a shovel"},
    }


def test_it_takes_ten_requests_and_none_twice() -> None:
    broker = filled()
    read(broker)
    assert len(broker.requests) == len(set(broker.requests)) == 10


def test_of_a_vhost_that_does_not_exist_the_vhost_alone_is_known() -> None:
    broker = MemoryBroker()
    found = read(broker)
    assert found.lacks("VHost", "v")
    assert not found.lacks("Queue", "q")
    assert len(broker.requests) == 2
