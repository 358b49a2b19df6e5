"""Rights for names that mean something else in a regular expression, on real brokers."""

from __future__ import annotations

from uuid import uuid4

import pika

from tests.services.landed import landed
from toolchain.node import Broker
from topology.check import check
from topology.verify import Act, Deed, prove

HARD = [
    *("a.b", "a*b", "a+b", "a?b", "a|b", "a\\b", "a\\.b", "a,b", "a b", "a\u00a0b", "a#b", "a/b"),
    *(".*", "..a", "^a$", "^", "$", "\\", "\\Q", "(a)", "(", "(?i)a", "[ab]", "]", "{2}", "a{2}"),
    *('"', "'", "`a`", "<a>", "%2F", "~", " a", "a ", "#", "*"),
    *("é", "ß", "中文", "🐇", "\u202ea"),
]
NEAR = ["a", "b", "ab", "aab", "aXb", "A", "aa", "2", "é ", "e", "x"]
"""What an expression would match that was not escaped, or not anchored."""
NEIGHBOURS = 6
"""Other hard names that are tried with each."""


def test_a_right_is_for_one_name_alone(broker: Broker) -> None:
    names = list(dict.fromkeys([*HARD, *NEAR]))
    token = uuid4().hex[:8]
    checked = check(
        {
            "vhost": f"names-{token}",
            "exchanges": {name: {"type": "fanout"} for name in names},
            "queues": {name: {} for name in names},
            "services": {
                f"{token}-{index}": {"publishes": [name], "consumes": [name]}
                for index, name in enumerate(HARD)
            },
        }
    )
    assert not checked.errors, checked.errors
    with landed(broker, checked.expanded) as found:
        for index, own in enumerate(HARD):
            access = found.expanded.access[f"{token}-{index}"]
            neighbours = (HARD[index + 1 :] + HARD[:index])[:NEIGHBOURS]
            others = [name for name in dict.fromkeys([*NEAR, *neighbours]) if name != own]
            # Publishing and consuming are told by the same rule, so each name is tried in one way.
            acts = [Act(deed, own, allowed=True) for deed in (Deed.PUBLISH, Deed.CONSUME)]
            acts += [Act(Deed.CONSUME, name, allowed=False) for name in others[::2]]
            acts += [Act(Deed.PUBLISH, name, allowed=False) for name in others[1::2]]
            outcomes = list(prove(pika.URLParameters(found.url(access)), acts))
            assert len(outcomes) == len(acts) + 1
            wrong = [str(outcome.act) for outcome in outcomes if not outcome.right]
            assert wrong == [], own
