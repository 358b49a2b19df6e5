"""What rules are built on: how RabbitMQ routes, which policy applies, what a setting comes to.

No rule is here, and nothing here reports a problem.
"""
