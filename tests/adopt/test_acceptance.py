"""A broker with federation, shovels and mirrored queues, which two teams take over: the one gets a
stack that owns the vhost, the other a stack in it. All the way from `adopt` to `destroy`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml

from tests.adopt.adopted import Adopted, version
from tests.features.eventually import eventually
from tests.support.api import Api
from tests.support.stack import Said, Stack

_LINK = {"ack-mode": "on-confirm", "reconnect-delay": 5}
_SHOVEL = {**_LINK, "src-protocol": "amqp091", "dest-protocol": "amqp091"}

_DESTROY = "destroy --yes --skip-preview --run-program"
_EACH = {
    "exchanges": 1,
    "queues": 3,
    "bindings": 2,
    "policies": 2,
    "users": 1,
    "permissions": 1,
    "federation_upstreams": 1,
    "shovels": 1,
}
"""What each team has."""


Change = Callable[[dict[str, Any]], None]


class Teams:
    """The vhost, with objects that begin with `orders` and with `billing`. Links run within the
    broker, so that they are up: the upstream is a vhost beside it, which no stack declares."""

    def __init__(self, adopted: Adopted) -> None:
        self.adopted = adopted
        self.vhost, self.far = f"shared-{adopted.token}", f"far-{adopted.token}"
        self.mirrored = version(adopted.broker) < (4, 0)
        adopted.vhosts = [self.vhost]
        self.guest = f"billing-{adopted.token}"

    def lay_out(self, api: Api) -> None:
        """Makes everything, past Pulumi."""
        api.put("vhosts", self.far)
        api.put("vhosts", self.vhost)
        api.put("exchanges", self.far, "orders.news", body={"type": "topic", "durable": True})
        api.put("queues", self.far, "billing.work", body={"durable": True})
        for team in ("orders", "billing"):
            self._lay_out_team(api, team)

    def _lay_out_team(self, api: Api, team: str) -> None:
        classic = {"durable": True, "arguments": {"x-queue-type": "classic"}}
        quorum = {"durable": True, "arguments": {"x-queue-type": "quorum"}}
        api.put("exchanges", self.vhost, f"{team}.news", body={"type": "topic", "durable": True})
        for queue, body in {"work": classic, "kept": classic, "copy": quorum}.items():
            api.put("queues", self.vhost, f"{team}.{queue}", body=body)
        for key in ("work", "kept"):
            binding = {"routing_key": f"{key}.#"}
            ends = ("e", f"{team}.news", "q", f"{team}.{key}")
            api.post("bindings", self.vhost, *ends, body=binding)
        user = f"{team}-{self.adopted.token}"
        api.put("users", user, body={"password": "s3cret-word", "tags": ""})
        rights = {"configure": "", "write": rf"^{team}\.", "read": rf"^{team}\."}
        api.put("permissions", self.vhost, user, body=rights)
        upstream = {**_LINK, "uri": f"amqp:///{self.far}", "prefetch-count": 100, "expires": 60000}
        self._parameter(api, "federation-upstream", f"{team}.far", upstream)
        shovel = {
            **_SHOVEL,
            "src-uri": f"amqp:///{self.vhost}",
            "src-queue": f"{team}.work",
            "dest-uri": f"amqp:///{self.vhost}",
            "dest-queue": f"{team}.copy",
        }
        self._parameter(api, "shovel", f"{team}.copying", shovel)
        federated = {"federation-upstream": f"{team}.far"}
        end = "news" if team == "orders" else "work"
        kind = "exchanges" if team == "orders" else "queues"
        self._policy(api, f"{team}.federated", rf"^{team}\.{end}$", kind, federated)
        kept = {"max-length": 1000, "overflow": "reject-publish"}
        if self.mirrored:
            kept |= {"ha-mode": "all", "ha-sync-mode": "automatic"}
        self._policy(api, f"{team}.mirrored", rf"^{team}\.kept$", "queues", kept)

    def _parameter(self, api: Api, component: str, name: str, value: Any) -> None:
        api.put("parameters", component, self.vhost, name, body={"value": value})

    def _policy(self, api: Api, name: str, pattern: str, kind: str, definition: Any) -> None:
        body = {"pattern": pattern, "apply-to": kind, "definition": definition, "priority": 1}
        api.put("policies", self.vhost, name, body=body)

    def links_carry_messages(self, api: Api) -> None:
        """Federation of the queue and the shovel behind it, and federation of the exchange. One
        message stays in `kept` of each team."""
        assert api.publish(self.far, "amq.default", "billing.work")
        eventually(lambda: api.take(self.vhost, "billing.copy"), 1)
        eventually(lambda: bool(api.bindings(self.far)), wanted=True)
        for team in ("orders", "billing"):
            assert api.publish(self.vhost, "amq.default", f"{team}.kept")

    def adopt(self) -> tuple[str, str]:
        """Each team takes over what is its own. Returns the names of the stacks."""
        adopt = self.adopted.adopt
        owner = adopt("--except", "billing*")
        guest = adopt("--only", "billing*", "--existing-vhost", "--stack", self.guest)
        for told in (owner, guest):
            counts = {kind: count for kind, count in told["stacks"][0]["adopted"].items() if count}
            counts.pop("vhosts", None)
            assert counts == _EACH
        (one,), (other,) = self.adopted.take_over(owner), self.adopted.take_over(guest)
        return one, other

    def pulumi(self, stack: str, command: str) -> Said:
        """A command of Pulumi for one of the stacks."""
        return self.adopted.shell(f"pulumi {command} --stack {stack}")

    def works(self, stack: str, command: str) -> None:
        """The same, which has to go well."""
        said = self.pulumi(stack, command)
        assert said.code == 0, said.text

    def change(self, stack: str, change: Change) -> None:
        """Edits the topology in a stack's file."""
        file = self.adopted.folder / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text())
        change(content["config"]["rabbitmq-topology:topology"])
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def exported(self, team: str) -> dict[str, list[Any]]:
        """What the broker has of a team."""
        found = self.adopted.exported(self.vhost)
        return {
            section: [one for one in entries if team in json.dumps(one)]
            for section, entries in found.items()
            if isinstance(entries, list)
        }

    def policy(self, api: Api, name: str) -> dict[str, Any]:
        """What a policy on the broker sets."""
        found: dict[str, Any] = api.get("policies", self.vhost, name)["definition"]
        return found


def _changed(team: str, *, mirrored: bool) -> Change:
    """Something new, something else, and something less."""

    def change(topology: dict[str, Any]) -> None:
        topology["queues"][f"{team}.new"] = {"type": "quorum"}
        topology["bindings"] = [
            {
                "source": f"{team}.news",
                "destination": f"{team}.{queue}",
                "routing_key": f"{queue}.#",
            }
            for queue in ("kept", "new")
        ]
        topology["shovels"][f"{team}.copying"]["reconnect_delay"] = 9
        definition = topology["policies"][f"{team}.mirrored"]["definition"]
        definition["max-length"] = 2000
        if mirrored:
            assert definition["ha-mode"] == "all"
            definition["ha-sync-mode"] = "manual"

    return change


def test_two_teams_take_a_broker_over(end_stack: Stack) -> None:
    teams = Teams(Adopted(end_stack))
    with Api(end_stack.broker) as api:
        teams.lay_out(api)
        teams.links_carry_messages(api)
        before = teams.adopted.exported(teams.vhost)
        owner, guest = teams.adopt()
        for stack in (owner, guest):
            teams.works(stack, "preview --expect-no-changes")
            said = teams.adopted.shell(f"python -m topology drift --stack {stack}")
            assert said.code == 0, said.text
        assert teams.adopted.exported(teams.vhost) == before
        for stack, team in ((owner, "orders"), (guest, "billing")):
            _changes(teams, api, stack, team)
        _ends(teams, api, owner, guest)


def _changes(teams: Teams, api: Api, stack: str, team: str) -> None:
    other = {"orders": "billing", "billing": "orders"}[team]
    before = teams.exported(other)
    teams.change(stack, _changed(team, mirrored=teams.mirrored))
    teams.works(stack, "up --yes --skip-preview --refresh")
    teams.works(stack, "preview --refresh --expect-no-changes")
    assert teams.exported(other) == before
    bound = {one["destination"] for one in api.bindings(teams.vhost) if one["source"][0] == team[0]}
    assert bound == {f"{team}.kept", f"{team}.new"}
    set_now = teams.policy(api, f"{team}.mirrored")
    assert set_now["max-length"] == 2000
    assert set_now.get("ha-sync-mode") == ("manual" if teams.mirrored else None)
    assert api.ready(teams.vhost, f"{team}.kept") == 1


def _consent(queue: str) -> Change:
    def change(topology: dict[str, Any]) -> None:
        topology["allow_deletion"] = {"queues": [queue]}

    return change


def _ends(teams: Teams, api: Api, owner: str, guest: str) -> None:
    """The vhost goes last, with the stack that owns it, and no message without consent."""
    api.until_sampled(teams.vhost, "orders.kept", 1)
    api.until_sampled(teams.vhost, "billing.kept", 1)
    before = teams.adopted.exported(teams.vhost)
    for stack, team in ((owner, "orders"), (guest, "billing")):
        said = teams.pulumi(stack, _DESTROY)
        assert said.code != 0
        assert f"queue {team}.kept is not deleted: it holds 1 message" in said.text
    assert teams.adopted.exported(teams.vhost) == before
    remaining = teams.exported("orders")
    teams.change(owner, _consent("orders.kept"))
    teams.change(guest, _consent("billing.kept"))
    said = teams.pulumi(owner, _DESTROY)
    assert said.code != 0
    assert (
        f"vhost {teams.vhost} is not deleted: it still holds 1 exchange (billing.news)" in said.text
    )
    teams.works(guest, _DESTROY)
    assert teams.exported("billing") == {section: [] for section in remaining}
    assert teams.exported("orders") == remaining
    teams.works(owner, _DESTROY)
    assert {teams.vhost, teams.far} & api.vhosts() == {teams.far}
    # They were there before, and their passwords are known to neither stack.
    assert {f"{team}-{teams.adopted.token}" for team in ("orders", "billing")} <= api.users()
