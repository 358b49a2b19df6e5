"""What check finds, held against what RabbitMQ and the provider really do."""
