"""The reference page: every noun and field of the config dict, from the models themselves."""

from .page import reference_page

__all__ = ["reference_page"]
