"""Start a real Keycloak from its published distribution, for tests and trials, on loopback.

    python deploy/keycloak-node/start.py [--port 9080]

Fetches it with Maven where that has not been done, proves its checksum, and imports `realm.json`; the exit
status is 69 where there is no JDK or Maven. This process becomes the server, which keeps everything in
memory: what ends it forgets it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "target"
BUILT = TARGET / "built"
VERSION = "26.7.3"  # as in pom.xml
SHA256 = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
FETCHED = TARGET / f"keycloak-quarkus-dist-{VERSION}.zip"
HOME = TARGET / f"keycloak-{VERSION}"
NEWEST, OLDEST = 99, 21  # versions of Java that the server may run on
LACKING = 69  # the exit status where a JDK or Maven is lacking (sysexits: unavailable)
HOW = ("--db=dev-mem", "--http-host=127.0.0.1")  # the same each time, so that it starts at once


def main() -> None:
    """Fetch where needed, then become the server."""
    asked = argparse.ArgumentParser(description="A real Keycloak on loopback.")
    asked.add_argument("--port", type=int, default=9080, help="HTTP port")
    asked.add_argument("--build", action="store_true", help="fetch only")
    given = asked.parse_args()
    jdk, maven = find_jdk(), shutil.which("mvn")
    if jdk is None or (maven is None and not _fresh()):
        lacking = f"a JDK of version {OLDEST} or newer" if jdk is None else "Maven (mvn)"
        print(f"keycloak-node: {lacking} is needed and was not found", file=sys.stderr)
        sys.exit(LACKING)
    os.environ["JAVA_HOME"] = str(jdk)
    if not _fresh():
        _build(str(maven))
    if not given.build:
        script = str(HOME / "bin" / "kc.sh")
        words = [script, "start-dev", *HOW, f"--http-port={given.port}", "--import-realm"]
        os.execv(script, words)


def find_jdk() -> Path | None:
    """The first JDK that is new enough: JAVA_HOME, then what is installed; None where there is none."""
    return next((one for one in _homes() if OLDEST <= _version(one) <= NEWEST), None)


def _homes() -> Iterator[Path]:
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    yield from sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    if found := shutil.which("java"):
        yield Path(found).resolve().parent.parent


def _version(home: Path) -> int:
    """The feature version that a JDK says it has; 0 for what is none."""
    try:
        done = subprocess.run(
            [home / "bin" / "java", "-version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(\d+)', done.stderr + done.stdout)
    return int(match.group(1)) if match else 0


def _fresh() -> bool:
    """Whether what was fetched is newer than what says what to fetch."""
    sources = [HERE / name for name in ("pom.xml", "realm.json", "start.py")]
    return BUILT.exists() and all(one.stat().st_mtime <= BUILT.stat().st_mtime for one in sources)


def _build(maven: str) -> None:
    """Fetch the distribution, prove it, unpack it, and prepare its first start."""
    print("keycloak-node: fetching the published distribution ...", file=sys.stderr, flush=True)
    words = [maven, "--batch-mode", "--no-transfer-progress", "--quiet", "generate-resources"]
    if subprocess.run(words, cwd=HERE, check=False, stdout=sys.stderr).returncode:
        sys.exit("keycloak-node: Maven could not fetch it; see above")
    with FETCHED.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != SHA256:
            sys.exit(f"keycloak-node: {FETCHED.name} is not what was pinned: its checksum differs")
    shutil.rmtree(HOME, ignore_errors=True)
    with zipfile.ZipFile(FETCHED) as packed:
        packed.extractall(TARGET)  # proved above
    FETCHED.unlink()
    script = HOME / "bin" / "kc.sh"
    script.chmod(0o755)  # the archive keeps it, its reader does not
    (HOME / "data" / "import").mkdir(parents=True)
    shutil.copy(HERE / "realm.json", HOME / "data" / "import" / "aicat-realm.json")
    BUILT.touch()


if __name__ == "__main__":
    main()
