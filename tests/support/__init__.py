"""What tests stand on: real brokers, and stacks that are applied to them."""
