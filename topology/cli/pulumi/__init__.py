"""What the Pulumi CLI is asked for, and run for. Nothing else starts it."""
