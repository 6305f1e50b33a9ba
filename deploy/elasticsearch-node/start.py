"""Start a real Elasticsearch node from published jars, for tests and trials, on loopback.

    python deploy/elasticsearch-node/start.py [--port 9250] [--home FOLDER]

Builds it with Maven where that has not been done; the exit status is 69 where there is no JDK or Maven.
This process becomes the server: what ends the one ends the other. Several form a cluster where each is
told the transport ports of all with --cluster.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "target"
BUILT = TARGET / "built"
NEWEST, OLDEST = 99, 21  # versions of Java that the server may run on
LACKING = 69  # the exit status where a JDK or Maven is lacking (sysexits: unavailable)


def main() -> None:
    """Build where needed, then become the server."""
    asked = argparse.ArgumentParser(description="A real Elasticsearch node on loopback.")
    asked.add_argument("--port", type=int, default=9250, help="HTTP port")
    asked.add_argument("--transport-port", type=int, help="default: the HTTP port and 100")
    asked.add_argument("--home", type=Path, help="folder of its data; default: in target/")
    asked.add_argument("--cluster", help="transport ports of all nodes, with commas between")
    asked.add_argument("--memory", default="768m", help="heap of the server")
    asked.add_argument("--build", action="store_true", help="build only")
    given = asked.parse_args()
    jdk = find_jdk()
    maven = shutil.which("mvn")
    if jdk is None or (maven is None and not _fresh()):
        lacking = f"a JDK of version {OLDEST} or newer" if jdk is None else "Maven (mvn)"
        print(f"elasticsearch-node: {lacking} is needed and was not found", file=sys.stderr)
        sys.exit(LACKING)
    if not _fresh():
        _build(str(maven), jdk)
    if not given.build:
        _become(jdk, given)


def find_jdk() -> Path | None:
    """The first JDK that is new enough: JAVA_HOME, then what is installed; None where there is none."""
    return next((one for one in _homes() if OLDEST <= _version(one) <= NEWEST), None)


def _homes() -> Iterator[Path]:
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    yield from sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)
    if found := shutil.which("javac"):
        yield Path(found).resolve().parent.parent


def _version(home: Path) -> int:
    """The feature version that a JDK says it has; 0 for what is none."""
    compiler = home / "bin" / "javac"
    if not compiler.is_file():
        return 0
    try:
        done = subprocess.run(
            [compiler, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"javac (\d+)", done.stdout + done.stderr)
    return int(match.group(1)) if match else 0


def _fresh() -> bool:
    """Whether what was built is newer than all it was built from."""
    sources = [HERE / "pom.xml", *(HERE / "src").rglob("*.java")]
    return BUILT.exists() and all(one.stat().st_mtime <= BUILT.stat().st_mtime for one in sources)


def _build(maven: str, jdk: Path) -> None:
    print("elasticsearch-node: building from published jars ...", file=sys.stderr, flush=True)
    words = [maven, "--batch-mode", "--no-transfer-progress", "--quiet", "process-classes"]
    done = subprocess.run(
        words, cwd=HERE, env={**os.environ, "JAVA_HOME": str(jdk)}, check=False, stdout=sys.stderr
    )
    if done.returncode:
        sys.exit("elasticsearch-node: Maven could not build it; see above")
    BUILT.touch()


def _become(jdk: Path, given: argparse.Namespace) -> None:
    home = given.home or TARGET / f"node-{given.port}"
    home.mkdir(parents=True, exist_ok=True)
    words = [
        str(jdk / "bin" / "java"),
        f"-Xms{given.memory}",
        f"-Xmx{given.memory}",
        "--enable-native-access=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector",
        f"-Des.path.home={home}",
        "-Dlog4j.shutdownHookEnabled=false",  # the server logs until it is closed
        "-cp",
        f"{TARGET / 'classes'}{os.pathsep}{TARGET / 'jars'}/*",
        "aicat.node.Start",
        str(home),
        *_settings(given),
    ]
    os.execv(words[0], words)


def _settings(given: argparse.Namespace) -> Sequence[str]:
    transport = given.transport_port or given.port + 100
    found = {
        "cluster.name": "aicat-tests",
        "node.name": f"node-{transport}",
        "http.port": given.port,
        "transport.port": transport,
    }
    if given.cluster:
        ports = given.cluster.split(",")
        found["discovery.seed_hosts"] = ",".join(f"127.0.0.1:{one}" for one in ports)
        found["cluster.initial_master_nodes"] = ",".join(f"node-{one}" for one in ports)
    else:
        found["discovery.type"] = "single-node"
    return [f"{name}={value}" for name, value in found.items()]


if __name__ == "__main__":
    main()
