"""Migrations under load, on real brokers."""
