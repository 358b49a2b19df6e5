"""A pipeline of services for documents, on the topology beside it."""
