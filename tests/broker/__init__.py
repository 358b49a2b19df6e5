"""How a broker is reached, and what is said where it is not."""
