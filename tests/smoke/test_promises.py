"""The life of one stack, from its first `up` to its end. The tests go on where the one before has
ended, and leave the stack as it is declared."""

from __future__ import annotations

import json
from pathlib import Path

import pika
import pytest

from tests.smoke.shop import ALL_AT_ONCE, DESTROY, USED, Shop, client

pytestmark = pytest.mark.smoke


def test_a_second_preview_is_empty(shop: Shop) -> None:
    shop.stack.expect_no_changes()


def test_every_output_connects(shop: Shop) -> None:
    outputs = {name: output.value for name, output in shop.stack.outputs().items()}
    urls = [
        outputs["amqp_url"],
        *outputs["exchange_urls"].values(),
        *outputs["queue_urls"].values(),
    ]
    assert len(urls) == 1 + 2 + len(shop.declared()["queues"])
    for url in urls:
        with client(url) as channel:
            channel.queue_declare("idle", passive=True)
    for service in (shop.sender, shop.packer):
        with client(outputs["services"][service]["url"]) as channel:
            assert channel.is_open
    assert shop.stack.outputs()["services"].secret


def test_a_service_does_its_work_and_nothing_else(shop: Shop) -> None:
    with client(shop.url(shop.sender)) as sender:
        sender.confirm_delivery()
        sender.basic_publish("orders", "packing.first", b"order 1", mandatory=True)
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
            sender.basic_get("packing")
    with client(shop.url(shop.packer)) as packer:
        method, _, body = packer.basic_get("packing", auto_ack=True)
        assert method is not None and body == b"order 1"
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
            packer.basic_get("billing")


def test_verify_proves_it(shop: Shop) -> None:
    said = shop.stack.command("verify", "--stack", shop.stack.name)
    assert said.code == 0, said.text
    assert f"{shop.packer}: consume from packing: permitted" in said.text
    assert said.text.splitlines()[-1].endswith(" 0 with the wrong outcome")


def test_up_refuses_to_delete_what_is_in_use(shop: Shop) -> None:
    with shop.in_use():
        said = shop.attempt(shop.declared(*USED), *ALL_AT_ONCE)
        assert said.code != 0
        assert "Traceback" not in said.text
        for queue in USED:
            assert f"queue {queue} is not deleted" in said.text, said.text
        queues = shop.api.queues(shop.vhost)
    assert set(queues) == set(shop.declared()["queues"])
    assert len(shop.api.bindings(shop.vhost)) == len(queues)
    for queue in ("packing", "billing", "lent"):
        assert shop.take(queue) == 1, queue


def test_up_refuses_to_replace_what_holds_messages(shop: Shop) -> None:
    shop.publish("urgent")
    changed = shop.declared()
    changed["queues"]["urgent"] = {"arguments": {"x-max-priority": 6}}
    said = shop.attempt(changed)
    assert said.code != 0
    assert "queue urgent is not deleted" in said.text, said.text
    urgent = shop.api.queues(shop.vhost)["urgent"]
    assert urgent["arguments"]["x-max-priority"] == 5
    assert shop.take("urgent") == 1
    shop.apply(changed)
    assert shop.api.queues(shop.vhost)["urgent"]["arguments"]["x-max-priority"] == 6
    shop.apply()


def test_the_gate_refuses_the_plan_that_would_do_it(shop: Shop, tmp_path: Path) -> None:
    shop.publish("packing")
    shop.stack.configure(shop.declared("packing"))
    plan = tmp_path / "plan.json"
    plan.write_text(shop.stack.run("preview", "--json").text)
    said = shop.stack.command("gate", str(plan), "--stack", shop.stack.name)
    assert said.code == 3, said.text
    assert "packing" in said.text
    shop.stack.configure(shop.declared())


def test_a_destroy_is_refused_as_well(shop: Shop) -> None:
    said = shop.attempt(shop.declared(), *DESTROY)
    assert said.code != 0
    assert "queue packing is not deleted" in said.text, said.text
    assert shop.vhost in shop.api.vhosts()
    assert "packing" in shop.api.queues(shop.vhost)
    assert ("orders", "packing") in {
        (found["source"], found["destination"]) for found in shop.api.bindings(shop.vhost)
    }
    shop.apply()


def test_consent_is_for_one_queue_and_what_is_kept_stays(shop: Shop) -> None:
    shop.apply(shop.declared(retain={"queues": ["lent"]}))
    shop.publish("lent", "billing")
    consent = {"allow_deletion": {"queues": ["packing"]}, "retain": {"queues": ["lent"]}}
    said = shop.attempt(shop.declared("packing", "lent", "billing", **consent), *ALL_AT_ONCE)
    assert said.code != 0
    assert "queue billing is not deleted" in said.text, said.text
    assert {"packing", "lent", "billing"} <= set(shop.api.queues(shop.vhost))
    shop.apply(shop.declared("packing", "lent", **consent))
    queues = set(shop.api.queues(shop.vhost))
    assert "packing" not in queues
    assert {"lent", "billing"} <= queues
    assert not [entry for entry in shop.stack.state() if entry["urn"].endswith("/lent")]
    shop.apply()
    assert [shop.take(queue) for queue in ("lent", "billing")] == [1, 1]


def test_a_setting_changes_under_messages_that_stay(shop: Shop) -> None:
    shop.publish("packing")
    # What a change of policies drops is judged by sampled counts, too.
    shop.api.until_sampled(shop.vhost, "packing", 1)
    changed = shop.declared()
    changed["queues"]["packing"] = {"message_ttl": 7_200_000, "max_length": 1000}
    shop.apply(changed)
    policies = {
        entry["name"]: entry["definition"] for entry in shop.api.get("policies", shop.vhost)
    }
    assert {"message-ttl": 7_200_000, "max-length": 1000} in policies.values(), policies
    assert shop.take("packing") == 1
    shop.api.until_sampled(shop.vhost, "packing", 0)
    shop.apply()


def test_drift_is_found_and_its_absence(shop: Shop) -> None:
    command = ("drift", "--stack", shop.stack.name, "--json")
    assert shop.stack.command(*command).code == 0
    shop.api.put("queues", shop.vhost, "by-hand", body={"durable": True})
    said = shop.stack.command(*command)
    assert said.code == 3, said.text
    (found,) = json.loads(said.text)["findings"]
    assert (found["kind"], found["name"]) == ("queue", "by-hand")
    shop.api.delete("queues", shop.vhost, "by-hand")


def test_an_unused_stack_is_destroyed_whole(shop: Shop) -> None:
    consent = {"allow_deletion": {"queues": ["audit"]}}
    shop.apply(shop.declared(**consent))
    said = shop.attempt(shop.declared(**consent), *DESTROY)
    assert said.code == 0, said.text
    assert shop.stack.state() == []
    assert shop.vhost not in shop.api.vhosts()
    assert not [user for user in shop.api.users() if shop.stack.token in user]
