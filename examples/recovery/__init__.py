"""A consumer that consumes again by itself, whatever becomes of its queue."""
