"""Every URL that a stack exports, given as it stands to real AMQP clients in three languages."""
