"""Stand-ins for a Pulumi CLI: scripts that answer as one of a certain version does."""

from __future__ import annotations

from pathlib import Path

SCRIPT = """#!/bin/sh
case "$1 $2" in
    "version "*) {version} ;;
    "plugin install") {plugin} ;;
    *) exit 9 ;;
esac
"""


def fake_pulumi(
    folder: Path,
    version: str = "v3.272.0",
    *,
    language_host: bool = True,
    plugin: str = "exit 1",
) -> Path:
    """A folder with a `pulumi`; `plugin` is the shell command that installs its plugin."""
    folder.mkdir(parents=True)
    answer = version if version.startswith("exit") else f"echo {version}"
    _script(folder / "pulumi", SCRIPT.format(version=answer, plugin=plugin))
    if language_host:
        _script(folder / "pulumi-language-python", "#!/bin/sh\n")
    return folder


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
