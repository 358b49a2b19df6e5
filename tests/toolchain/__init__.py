"""The engine, the brokers and the make targets that a clone stands on."""
