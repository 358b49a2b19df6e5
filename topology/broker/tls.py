"""Whom to trust over TLS, and how to show who one is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from ..problems import Problem
from .error import BrokerError


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM form, as the provider takes them."""

    cacert_file: str | None = None
    """Certificates of the authorities to trust; by default, those of this machine."""
    clientcert_file: str | None = None
    """Certificate to show to a broker that asks for one."""
    clientkey_file: str | None = None
    """Its private key."""
    insecure: bool = False
    """Trust whatever certificate the broker shows."""

    def context(self) -> ssl.SSLContext:
        """Raises `BrokerError` naming the file that cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.cacert_file)
        except OSError as error:
            raise _unusable("cacertFile", "PEM certificates", error) from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.clientcert_file is not None:
            try:
                context.load_cert_chain(self.clientcert_file, self.clientkey_file)
            except OSError as error:
                wanted = "a PEM certificate with the key in rabbitmq:clientkeyFile"
                raise _unusable("clientcertFile", wanted, error) from None
        return context


def _unusable(key: str, wanted: str, error: OSError) -> BrokerError:
    # What OpenSSL cannot read is an OSError too, and has no errno of the system's.
    reason = "it is not there" if isinstance(error, FileNotFoundError) else ""
    if isinstance(error, PermissionError):
        reason = "this user may not read it"
    message = f"cannot be read as {wanted}" + (f": {reason}" if reason else "")
    hint = "give the path of a PEM file, relative to the folder of Pulumi.yaml"
    return BrokerError([Problem((f"rabbitmq:{key}",), message, hint)])
