"""The plugins of RabbitMQ that topologies use. Needs nothing but Python itself, for CI."""

PLUGINS = (
    "rabbitmq_management",
    "rabbitmq_shovel",
    "rabbitmq_shovel_management",
    "rabbitmq_federation",
    "rabbitmq_federation_management",
    "rabbitmq_prometheus",
    "rabbitmq_consistent_hash_exchange",
)
