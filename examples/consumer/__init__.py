"""Another team's stack: it reads the topology's outputs, and its worker lives on them."""
