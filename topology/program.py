"""The Pulumi program: the stack's config dict, checked as a whole, becomes RabbitMQ resources."""

from __future__ import annotations

import pulumi

from .check import check_layers
from .declare import declare
from .outputs import outputs
from .problems import ConfigError
from .run import (
    begin,
    broker_facts,
    leave_interrupts_to_engine,
    require_present,
    safety,
    stop,
    tell,
    unburden,
)
from .stack_config import StackConfig


def run_stack() -> None:
    """What a stack's `__main__.py` calls. Its config is in `Pulumi.<stack>.yaml`: the topology
    under `rabbitmq-topology:topology`. Ends the program with every problem if there is any."""
    leave_interrupts_to_engine()
    unburden()
    try:
        config = StackConfig.read()
        checked = check_layers(config.topology, broker_facts(config))
        settled = checked.usable()
        guards, claims = safety(config, settled.topology)
    except ConfigError as error:
        stop(error)

    tell(checked)

    async def program() -> pulumi.Inputs:
        """Registers what is declared; what it returns are the stack's outputs."""
        await begin(guards, claims.cluster)
        scope = await declare(settled, guards, claims, config.password_seed)
        await require_present(claims, scope)
        await scope.answered()
        endpoint = config.connection.amqp_endpoint
        urls = outputs(settled.topology, endpoint, checked.expanded.access, scope.passwords)
        return urls | claims.output(scope.resources())

    pulumi.run(program)
