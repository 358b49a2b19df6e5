"""What a clone needs around the program: the Pulumi engine and a RabbitMQ to develop against."""
