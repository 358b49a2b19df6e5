"""What must hold for a whole topology. One family of mistakes a file; `RULES` is all of them."""

from typing import Final

from .binding import (
    arguments_without_effect,
    binding_argument,
    binding_matches_everything,
    binding_never_matches,
    headers_without_x_match,
    invalid_binding,
    unmanageable_binding,
    wildcard_on_direct,
)
from .dead_letter import (
    at_least_once,
    dead_letter_key_without_exchange,
    dead_letter_loop,
    dead_letter_to_default_exchange,
    dead_letter_unrouted,
    delayed_retry,
    delivery_limit_loop,
    endless_retry,
    overflow_reject_publish_dlx,
    undeclared_alternate_exchange,
    undeclared_dead_letter_exchange,
)
from .exchange import (
    duplicate_alternate_exchange,
    exchange_argument,
    missing_exchange_type,
    missing_plugin,
    sharding_key_without_shards,
    unknown_exchange_argument,
    unknown_exchange_type,
)
from .names import (
    duplicate_binding,
    generated_policy_name_taken,
    reserved_name,
    unbindable_name,
    unmanageable_name,
    unreachable_name,
)
from .policy_definition import (
    conflicting_policy_keys,
    empty_policy,
    inapplicable_policy,
    misplaced_policy_key,
    outranking_policy,
    unknown_policy_key,
    unsupported_priority,
)
from .policy_pattern import (
    equal_priorities,
    invalid_pattern,
    policy_matches_nothing,
    shadowed_policy,
    too_many_policies,
    unsupported_apply_to,
)
from .queue import (
    auto_delete,
    declare_queue_type,
    denied_feature,
    ignored_setting,
    impossible_durability,
    no_effect,
    too_many_priorities,
    transient,
    unsupported_setting,
    unsupported_value,
)
from .queue_argument import (
    argument_value,
    duplicate_setting,
    migrate_from,
    unknown_argument,
    upgrade,
)
from .references import (
    unbound_exchange,
    undeclared_reference,
    undeclared_upstream,
    unknown_profile,
    unreachable_queue,
)
from .rule import Rule
from .services import (
    java_client_url,
    prefix_matches_declared_queue,
    routing_keys_without_topic,
    undeclared_service_reference,
)
from .shovel import (
    invalid_uri,
    prefetch_too_large,
    shovel_delete_after,
    shovel_ends,
    shovel_key,
    shovel_to_itself,
)
from .text import decomposed_text, numeric_string
from .user import (
    duplicate_permission,
    existing_user,
    guest,
    invalid_permission,
    permission_matches_nothing,
    topic_permission_without_effect,
    unknown_tag,
    unmanageable_tag,
    unusable_password,
)
from .vhost import (
    default_queue_type_without_effect,
    existing_vhost,
    queue_limit,
    vhost_refuses_connections,
)

_NAMES: Final = (
    reserved_name,
    unmanageable_name,
    unreachable_name,
    unbindable_name,
    decomposed_text,
    generated_policy_name_taken,
    java_client_url,
)

_REFERENCES: Final = (
    undeclared_reference,
    unknown_profile,
    undeclared_dead_letter_exchange,
    undeclared_alternate_exchange,
    dead_letter_to_default_exchange,
    undeclared_upstream,
)

_VHOST: Final = (
    existing_vhost,
    queue_limit,
    vhost_refuses_connections,
    default_queue_type_without_effect,
)

_EXCHANGES: Final = (
    unknown_exchange_type,
    missing_exchange_type,
    exchange_argument,
    unknown_exchange_argument,
    duplicate_alternate_exchange,
    unbound_exchange,
)

_QUEUES: Final = (
    impossible_durability,
    unsupported_setting,
    ignored_setting,
    unsupported_value,
    argument_value,
    unknown_argument,
    duplicate_setting,
    declare_queue_type,
    denied_feature,
    transient,
    auto_delete,
    no_effect,
    too_many_priorities,
    unreachable_queue,
    migrate_from,
)

_DEAD_LETTERS: Final = (
    dead_letter_key_without_exchange,
    at_least_once,
    overflow_reject_publish_dlx,
    delayed_retry,
    dead_letter_loop,
    delivery_limit_loop,
    endless_retry,
    dead_letter_unrouted,
)

_BINDINGS: Final = (
    duplicate_binding,
    unmanageable_binding,
    binding_argument,
    binding_never_matches,
    binding_matches_everything,
    headers_without_x_match,
    wildcard_on_direct,
    arguments_without_effect,
    invalid_binding,
)

_POLICIES: Final = (
    invalid_pattern,
    unsupported_apply_to,
    empty_policy,
    unknown_policy_key,
    conflicting_policy_keys,
    sharding_key_without_shards,
    outranking_policy,
    unsupported_priority,
    misplaced_policy_key,
    inapplicable_policy,
    numeric_string,
    policy_matches_nothing,
    shadowed_policy,
    equal_priorities,
    too_many_policies,
)

_USERS: Final = (
    guest,
    existing_user,
    unusable_password,
    unmanageable_tag,
    unknown_tag,
    invalid_permission,
    duplicate_permission,
    permission_matches_nothing,
    topic_permission_without_effect,
    undeclared_service_reference,
    routing_keys_without_topic,
    prefix_matches_declared_queue,
)

_LINKS: Final = (
    missing_plugin,
    invalid_uri,
    shovel_ends,
    shovel_key,
    shovel_delete_after,
    shovel_to_itself,
    prefetch_too_large,
)

RULES: Final[tuple[Rule, ...]] = (
    *_NAMES,
    *_REFERENCES,
    *_VHOST,
    *_EXCHANGES,
    *_QUEUES,
    *_DEAD_LETTERS,
    *_BINDINGS,
    *_POLICIES,
    *_USERS,
    *_LINKS,
    upgrade,
)

__all__ = ["RULES", "Rule"]
