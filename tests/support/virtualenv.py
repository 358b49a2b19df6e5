"""The virtualenv of the stacks that tests run: this one, without the search for its packages.

In each run Pulumi's language host executes `python -m pip list`, to find plugins that packages
name. With all development packages that takes 0.7 s of processor time, a third of a small run. The
packages of a test run do not change: the list is made once.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

_LIST: Final = ["list", "-v", "--format", "json"]

_PIP: Final = """\
import sys
from pathlib import Path

if sys.argv[1:] != {arguments!r}:
    raise SystemExit("this virtualenv has a list of its packages and no pip")
sys.stdout.write((Path(__file__).parent / "list.json").read_text())
"""


@cache
def virtualenv() -> Path:
    """A folder in which the language host finds Python, packages and their list."""
    folder = Path(mkdtemp(prefix="stacks-venv-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    python = Path(sys.executable).resolve()
    (folder / "pyvenv.cfg").write_text(f"home = {python.parent}\n")
    (folder / "bin").mkdir()
    for name in ("python", "python3"):
        (folder / "bin" / name).symlink_to(python)
    here = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=here))
    pip = packages / "pip"
    pip.mkdir(parents=True)
    ours = sysconfig.get_path("purelib")
    (packages / "packages.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    listed = subprocess.run(
        [sys.executable, "-m", "pip", *_LIST], capture_output=True, text=True, check=True
    )
    (pip / "list.json").write_text(listed.stdout)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text(_PIP.format(arguments=_LIST))
    return folder
