"""Existing brokers become stacks: the files that are written, and what the real engine makes of
them on real brokers."""
