"""From services that consume to KEDA's ScaledObjects: as many replicas as there is work."""

from .keda import Scaling, manifests, notes
from .names import secret_name

__all__ = ["Scaling", "manifests", "notes", "secret_name"]
