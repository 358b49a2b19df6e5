"""What RabbitMQ calls immutable, changed: messages are moved, and none is lost.

`model`, `move`, `choice` and `plan` are pure; `actions`, `link` and `course` change the broker.
Where a migration stands is read from the broker alone, so any run can go on with it.
"""
