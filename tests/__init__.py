"""Everything that is known to work, because it is tried."""
