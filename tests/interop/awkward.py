"""What must survive the way into a URL and out of it again, each under a label."""

from __future__ import annotations

DEFAULT = "default"

VHOSTS = {
    DEFAULT: "/",
    "plain": "my-vhost",
    "slash": "team/orders/eu",
    "space": "my vhost",
    "non-ascii": "größe-日本-🐇",
    "plus": "a+b",
    "percent": "100%",
    "escape": "a%2Fb",  # not to be taken for a/b
    "reserved": "?a=b&c#d;e:f@g[h]",
}

NAMES = {
    "slash": "orders/eu",
    "hash": "#1",
    "plus": "a+b c",
    "non-ascii": "größe-日本-🐇",
    "percent": "100%",
    "escape": "a%2Fb",
    "reserved": "?a=b&c;d:e@f[g]",
}
"""Names of exchanges, queues and routing keys."""

ACCOUNTS = {
    "at": ("p@user", "p@ss"),
    "colon": ("p:user", "p:ss"),
    "slash": ("p/user", "p/ss"),
    "percent": ("100%", "100%"),
    "escape": ("p%40user", "p%40ss"),
    "plus": ("p+user", "p+ss"),
    "space": ("p user", "p ss"),
    "non-ascii": ("größe-日本-🐇", "größe-日本-🐇"),
    "all": ("@:/%+ %2F?#[]&=;'\"\\", "\\\"';=&][#?F2% +%/:@"),
}
"""Users and their passwords."""
