"""What all models share: strict, closed and immutable, with errors that never show a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

MAX_NAME_BYTES = 255
"""AMQP 0-9-1 names are short strings: up to 255 bytes, not characters."""


class Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    REFUSED: ClassVar[Mapping[str, str]] = {}
    """Words of RabbitMQ's that have no field here, with the reason."""


def _fits_short_string(name: str) -> str:
    size = len(name.encode())
    if not name:
        raise PydanticCustomError("name_empty", "is empty; give it a name")
    if size > MAX_NAME_BYTES:
        raise PydanticCustomError(
            "name_too_long",
            "is {size} bytes long; RabbitMQ allows {limit}",
            {"size": size, "limit": MAX_NAME_BYTES},
        )
    if any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise PydanticCustomError(
            "name_control", "holds a control character; it could be neither read nor typed"
        )
    return name


_NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": MAX_NAME_BYTES}

Name: TypeAlias = Annotated[
    str, AfterValidator(_fits_short_string), WithJsonSchema(_NAME_SCHEMA, mode="validation")
]
"""The name of a RabbitMQ object."""


def says(message: str) -> WrapValidator:
    """Replaces the errors of a union, one for each of its members, by a single one in words."""

    def validate(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise PydanticCustomError("union", "{message}", {"message": message}) from None

    return WrapValidator(validate)


def _is_short_string(key: str) -> str:
    if len(key.encode()) > MAX_NAME_BYTES:
        raise PydanticCustomError(
            "key_too_long", "is longer than {limit} bytes", {"limit": MAX_NAME_BYTES}
        )
    return key


RoutingKey: TypeAlias = Annotated[
    str, AfterValidator(_is_short_string), Field(json_schema_extra={"maxLength": MAX_NAME_BYTES})
]
"""A routing or binding key: a short string of AMQP 0-9-1, empty allowed."""

ExchangeRef: TypeAlias = RoutingKey
"""An exchange's name where the default exchange, whose name is empty, is allowed too."""

Arguments: TypeAlias = dict[str, Any]
"""Optional arguments (`x-…`) with the types that YAML gives them: they reach RabbitMQ unchanged."""

Count: TypeAlias = Annotated[int, Field(ge=0)]
AtLeastOne: TypeAlias = Annotated[int, Field(ge=1)]

Milliseconds: TypeAlias = Annotated[int, Field(ge=0, le=315_360_000_000)]
"""A time in milliseconds, up to ten years: RabbitMQ's own limit for TTLs."""
