"""Programs that use what the topology's stacks export."""
