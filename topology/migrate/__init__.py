"""What RabbitMQ calls immutable, changed: messages are moved, and none is lost.

`choice`, `stage`, `plan` and the modules of nouns are pure; `actions`, `link` and `course` touch the
broker. Where a migration stands is read from the broker alone, so any run can go on with it.
"""
