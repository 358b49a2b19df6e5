"""The RabbitMQ of each release series that is tested: the official image, or one made here. Each
function returns them as `RABBITMQ_TEST_IMAGES` names them; what that says already stays.

The official images come first. Where no image registry can be reached, an image of the same
settings is made from Debian's packages, and the oldest series comes from `rabbitmq-server` of the
distribution.
"""

from __future__ import annotations

import os

from . import debian, docker_broker, image
from .console import say
from .debian import InstallError
from .docker_broker import DockerError
from .image import ImageError
from .node import installed_server

IMAGES_VARIABLE = "RABBITMQ_TEST_IMAGES"
"""Images to test with, as in `4.3=my/rabbitmq:4.3 4.0=my/rabbitmq:4.0`, the newest first."""

NEWEST = "4.3"
IMAGES = (NEWEST, "4.0")
"""Series that images are needed for, the newest first."""
OLDEST = "3.10"
"""Of Debian 12; elsewhere the official image."""


class SeriesError(Exception):
    """A broker of a series cannot be had; the message names every way and what stood against it."""


def newest() -> str:
    """The image of the newest series; empty where a private node takes its place."""
    if chosen := os.environ.get(IMAGES_VARIABLE):
        return chosen
    closed: list[str] = []
    try:
        return f"{NEWEST}={_image(NEWEST)}"
    except SeriesError as reason:
        closed.append(str(reason))
    try:
        _need_server()
    except InstallError as reason:
        raise SeriesError("\n".join([*closed, f"  private node: {reason}"])) from reason
    return ""


def every() -> str:
    """The images of all series; the oldest may be a private node instead."""
    if chosen := os.environ.get(IMAGES_VARIABLE):
        return chosen
    images = {series: _image(series) for series in IMAGES}
    try:
        _need_server()
    except InstallError:
        images[OLDEST] = _image(OLDEST)
    return " ".join(f"{label}={name}" for label, name in images.items())


def _image(series: str) -> str:
    if unreachable := docker_broker.reachable():
        raise SeriesError(f"  RabbitMQ {series}: {unreachable}")
    official = f"rabbitmq:{series}-management"
    try:
        docker_broker.need_image(official)
    except DockerError as refused:
        try:
            return image.provide(series).name
        except ImageError as reason:
            raise SeriesError(f"  {official}: {refused}\n  RabbitMQ {series}: {reason}") from reason
    say(f"Image {official} is there.")
    return official


def _need_server() -> None:
    if installed_server() is None:
        debian.install_rabbitmq()
