from rabbitmq_topology import run_stack

run_stack()
