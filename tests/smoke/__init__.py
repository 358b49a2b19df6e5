"""Every promise of the README once, on one broker, with the real engine."""
