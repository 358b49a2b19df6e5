"""The reference page: every noun and field of the config dict, from the models themselves."""

from topology.cli.reference.page import reference_page

__all__ = ["reference_page"]
