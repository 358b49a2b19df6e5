"""RabbitMQ images from Debian's signed packages, for machines that reach no image registry.

They serve where the official `rabbitmq:…-management` images would: the same ports, the same
environment variables, the management plugin on, and the plugins besides that topologies use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .command import run
from .console import meter, say
from .folders import cache_folder
from .lock import alone
from .plugins import PLUGINS

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SCRIPTS = Path("/usr/share/debootstrap/scripts")
LABEL = "rabbitmq-topology.recipe"

# The suite of Debian that carries each release series of RabbitMQ.
SUITES = {"4.3": "forky", "4.0": "trixie"}

CONFIGURATION = "loopback_users.guest = false\n"
OF_SERIES = {"4.3": "deprecated_features.permit.transient_nonexcl_queues = false\n"}
"""What Debian's packages of a series do not have from RabbitMQ's own release."""

# Beside the official image of the same series (docker-library/rabbitmq, `SERIES-management`):
#
# - the same: `loopback_users.guest = false`, logs on standard output, the server as user
#   `rabbitmq`, the volume, UTF-8, the management and Prometheus plugins, every other setting at its
#   default;
# - the same by OF_SERIES: RabbitMQ 4.3 denies transient non-exclusive queues by default, and
#   Debian's 4.3.6 permits them (`rabbitmqctl list_deprecated_features`); the other features of that
#   list are denied and permitted alike in both;
# - more: the plugins that topologies use are enabled (PLUGINS);
# - else: Debian's Erlang and OpenSSL; the node is `rabbit@localhost`, not named after the host; no
#   rabbitmqadmin, gosu or docker-entrypoint.sh, whose RABBITMQ_DEFAULT_USER and
#   RABBITMQ_DEFAULT_PASS the server reads itself.
PROGRAMS = "/usr/lib/rabbitmq/bin"
CHANGES = (
    "USER rabbitmq",
    "WORKDIR /var/lib/rabbitmq",
    f"ENV PATH={PROGRAMS}:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV HOME=/var/lib/rabbitmq",
    "ENV LC_ALL=C.UTF-8",
    # Independent of the container's host name, and so is the data folder.
    "ENV RABBITMQ_NODENAME=rabbit@localhost",
    "ENV RABBITMQ_LOGS=-",
    "VOLUME /var/lib/rabbitmq",
    "EXPOSE 5672 15672 15692",
    f'ENTRYPOINT ["{PROGRAMS}/rabbitmq-server"]',
)
# What a server never reads.
DEAD_WEIGHT = (
    "./dev/*",
    "./proc/*",
    "./sys/*",
    "./var/cache/apt/*",
    "./var/lib/apt/lists/*",
    "./usr/share/doc/*",
    "./usr/share/man/*",
    "./usr/share/locale/*",
    "./var/lib/rabbitmq/.erlang.cookie",
)


class ImageError(Exception):
    """The image cannot be made; the message says why."""


@dataclass(frozen=True)
class Image:
    """One release series of RabbitMQ as a local Docker image."""

    series: str

    @property
    def name(self) -> str:
        """The name to run it by."""
        return f"rabbitmq-topology/rabbitmq:{self.series}"

    @property
    def configuration(self) -> str:
        """Its rabbitmq.conf."""
        return f"{CONFIGURATION}{OF_SERIES.get(self.series, '')}"

    @property
    def recipe(self) -> str:
        """Changes whenever the image would come out differently."""
        facts = (SUITES[self.series], PLUGINS, self.configuration, CHANGES, DEAD_WEIGHT)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]

    @property
    def archive(self) -> Path:
        """The root file system, kept so that a fresh Docker engine needs no download."""
        return cache_folder() / "images" / f"rabbitmq-{self.series}-{self.recipe}.tar"


def provide(series: str) -> Image:
    """Have the image in the Docker engine: there already, from the cache, or made now."""
    if series not in SUITES:
        known = ", ".join(SUITES)
        raise ImageError(f"No image of RabbitMQ {series!r} can be made; there are {known}.")
    image = Image(series)
    with alone(image.archive.with_suffix(".lock"), f"the image {image.name}"):
        if _present(image):
            say(f"Image {image.name} is there.")
            return image
        if not image.archive.is_file():
            _bootstrap(image)
        changes = [f"--change={change}" for change in (*CHANGES, f"LABEL {LABEL}={image.recipe}")]
        _run("docker", "import", *changes, str(image.archive), image.name)
    say(f"Image {image.name} is ready.")
    return image


def _present(image: Image) -> bool:
    answer = subprocess.run(
        ["docker", "images", "--quiet", f"--filter=label={LABEL}={image.recipe}", image.name],  # noqa: S607
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise ImageError(f"No Docker engine can be reached: {answer.stderr.strip()}")
    return bool(answer.stdout.strip())


def _bootstrap(image: Image) -> None:
    if shutil.which("debootstrap") is None or not KEYRING.is_file():
        raise ImageError(
            "debootstrap and debian-archive-keyring are needed to make an image "
            "(apt-get install debootstrap debian-archive-keyring)."
        )
    if os.geteuid() != 0:
        raise ImageError("Making an image with debootstrap needs root.")
    suite = SUITES[image.series]
    # A suite newer than this debootstrap is laid out as sid is. No mirror means its own default.
    script = SCRIPTS / suite
    root = image.archive.with_suffix(".root")
    draft = image.archive.with_suffix(".draft")
    shutil.rmtree(root, ignore_errors=True)
    try:
        with meter(f"RabbitMQ {image.series} from Debian {suite}") as packages:
            _run(
                "debootstrap",
                "--variant=minbase",
                "--include=rabbitmq-server",
                f"--keyring={KEYRING}",
                "--force-check-gpg",
                suite,
                str(root),
                os.environ.get("DEBIAN_MIRROR", ""),
                str(script if script.exists() else SCRIPTS / "sid"),
                on_line=packages.advance,
            )
        _configure(root, image.configuration)
        exclude = [f"--exclude={pattern}" for pattern in DEAD_WEIGHT]
        _run("tar", "--create", f"--file={draft}", f"--directory={root}", *exclude, ".")
        draft.replace(image.archive)
    finally:
        shutil.rmtree(root, ignore_errors=True)
        draft.unlink(missing_ok=True)


def _configure(root: Path, configuration: str) -> None:
    folder = root / "etc" / "rabbitmq"
    (folder / "rabbitmq.conf").write_text(configuration, encoding="utf-8")
    (folder / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n", encoding="utf-8")
    # rabbitmq-plugins, run in the container as its user, rewrites this file.
    _run("chroot", str(root), "chown", "--recursive", "rabbitmq:rabbitmq", "/etc/rabbitmq")


def _run(*command: str, on_line: Callable[[], None] | None = None) -> None:
    run(command, ImageError, on_line=on_line)
