"""Why two sides do not come to terms over TLS, found by one more connection to the same port.

Client libraries tell of a failed handshake in words of their own, or, as pika does, only that the
connection was lost. Looking once more, with nothing but a socket, tells the cases apart.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Final

_SECONDS = 5
_REFUSAL_SECONDS: Final = 2
"""How long a server may take to refuse a certificate. One that accepts it waits to be greeted."""

_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_NAME, _WRONG_ADDRESS = 62, 64
"""OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_…)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and what would be right."""

    message: str
    hint: str


def find_trouble(host: str, port: int, context: ssl.SSLContext | None) -> Trouble | None:
    """What stands in the way of TLS with this context, or of none without a context.

    None if it is something else. Takes at most ten seconds.
    """
    if context is None:
        return _speaks_tls(host, port)
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as encrypted,
        ):
            # With TLS 1.3, a server refuses a client's certificate only after the handshake.
            encrypted.settimeout(_REFUSAL_SECONDS)
            encrypted.recv(1)
    except ssl.SSLError as error:
        return trouble_of(error, host)
    except OSError:
        pass
    return None


_PLAIN = Trouble(
    "the port does not speak TLS",
    "give the port of its TLS listener, or write the scheme without s",
)


def trouble_of(error: ssl.SSLError, host: str) -> Trouble:
    """What an error of OpenSSL's means at this side of a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _distrust(error, host)
    return _refused(error)


def _speaks_tls(host: str, port: int) -> Trouble | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), _SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            hint = "write https:// or amqps://, or give the port that does without"
            return Trouble("the port speaks TLS", hint)
    except OSError:
        return None


def _distrust(error: ssl.SSLCertVerificationError, host: str) -> Trouble:
    hint = "give the certificate of the CA that signed it: rabbitmq:cacertFile"
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        hint = "renew it; is this machine's clock right?"
    if error.verify_code in (_WRONG_NAME, _WRONG_ADDRESS):
        hint = f"use a name that it was made for, or have it made for {host} too"
    reason = error.verify_message.rstrip(".")
    return Trouble(f"the broker's certificate is not trusted ({reason})", hint)


def _refused(error: ssl.SSLError) -> Trouble:
    # Alerts are what the other side says; all else is what this side could not make sense of.
    reason = error.reason or ""
    if "ALERT" not in reason or "PROTOCOL_VERSION" in reason:
        return _PLAIN
    said = reason.partition("ALERT_")[2].replace("_", " ").lower()
    hint = "it asks for a client's certificate: rabbitmq:clientcertFile, rabbitmq:clientkeyFile"
    return Trouble(f"the broker refuses this side over TLS ({said})", hint)
