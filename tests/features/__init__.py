"""Everything that the config dict can say, applied to real brokers."""
