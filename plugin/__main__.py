from rabbitmq_topology.component.provider import serve

serve()
