"""`make run`: the demo federation, harvested by public commands, and the catalogue over it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from deploy.demo import desk, federation
from deploy.demo.records import CONTENT, Member, members

AICAT = [str(Path(sys.executable).with_name("aicat"))]
# What is asked is on this machine: a proxy of the environment would not reach it.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PATIENCE = 120.0  # seconds until the catalogue must be ready
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
DEV_LOGIN, BASE_URL = "AICAT_DEV_LOGIN", "AICAT_BASE_URL"
SETTINGS = Path("aicat.toml")


class Stopped(Exception):
    """Somebody asked the demo to end."""


def main() -> None:
    """Start everything, harvest what was never harvested, stay until a signal."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--portals-port", type=int, default=federation.BASE_PORT)
    given = asked.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    # The demo's portals are on loopback, which harvesters otherwise refuse.
    os.environ.setdefault("AICAT_ALLOW_PRIVATE_NETWORKS", "1")
    os.environ.setdefault("AICAT_LINK_PAUSE", "0.05")  # they are ours, and in no hurry
    os.environ.setdefault("AICAT_LINK_CHECKS", "60000")
    _let_sign_in(given.host)
    started: list[subprocess.Popen[bytes]] = []
    invented = members()
    _check_free(given, len(invented))
    try:
        _run(given, invented, started)
    except Stopped:
        pass
    finally:
        _end(started)


def _run(
    given: argparse.Namespace, invented: list[Member], started: list[subprocess.Popen[bytes]]
) -> None:
    if invented:
        started.append(_portals(given.portals_port, invented))
    else:
        print(f"demo: no content in {CONTENT.name}/, so the catalogue starts empty", flush=True)
    _aicat("migrate", quiet=True)
    _join(invented, given.portals_port)
    _aicat("registry", "load", "--no-wait", quiet=True)
    up = subprocess.Popen([*AICAT, "up", "--host", given.host, "--port", str(given.port)])
    started.append(up)
    base = (
        f"http://[{given.host}]:{given.port}"
        if ":" in given.host
        else (f"http://{given.host}:{given.port}")
    )
    _wait_ready(base, up)
    harvested = {
        run["source"]
        for run in _listed("runs", "--limit", "1000")
        if run["state"] in {"done", "partial"}
    }
    fresh = [name for name in map(federation.source_id, invented) if name not in harvested]
    if fresh:
        print(f"harvesting {len(fresh)} portals ...", flush=True)
        _aicat("harvest", *fresh, fails=True)
    if invented:
        _fill_desk(base, invented)
    _welcome(base)
    if invented:
        _fill_desk(base, invented, grid=True)
    while all(one.poll() is None for one in started):
        time.sleep(0.5)
    sys.exit("demo: a part of it ended; see the message above")


def _check_free(given: argparse.Namespace, portals: int) -> None:
    """End with one line where a port is taken: what listens there would answer in our place."""
    wanted = [("127.0.0.1", given.portals_port + one, "--portals-port") for one in range(portals)]
    for host, port, option in [(given.host, given.port, "--port"), *wanted]:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except (OSError, OverflowError) as error:
                sys.exit(f"demo: cannot listen on {host}:{port} ({error}); choose with {option}")


def _let_sign_in(host: str) -> None:
    """Switch local accounts on, where only this machine can reach them and nobody has said otherwise."""
    said = {name for name in (DEV_LOGIN, BASE_URL) if os.environ.get(name)} | _in_settings()
    if host in LOOPBACK and not said:
        os.environ[DEV_LOGIN] = "1"
        print(f"demo: local accounts are on ({DEV_LOGIN}=1); sign in at /sign-in", flush=True)


def _in_settings() -> set[str]:
    """Which of the two `aicat.toml` sets; what is wrong with that file, `aicat` itself says."""
    try:
        told = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    there = {name.upper().removeprefix("AICAT_") for name in told}
    return {name for name in (DEV_LOGIN, BASE_URL) if name.removeprefix("AICAT_") in there}


def _portals(port: int, invented: list[Member]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.demo.portals", "--base-port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    for place in range(len(invented)):
        until = time.monotonic() + PATIENCE
        while not _answers(f"http://127.0.0.1:{port + place}/"):
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(process.returncode or 1)
            time.sleep(0.05)
    return process


def _join(invented: list[Member], port: int) -> None:
    """Add the members and sources that the catalogue does not know yet."""
    nodes = {one["id"] for one in _listed("node", "list")}
    sources = {one["id"]: one for one in _listed("source", "list")}
    for place, one in enumerate(invented):
        if one.id not in nodes:
            words = ("--name", one.name, "--country", one.country, "--kind", one.kind)
            _aicat("node", "add", one.id, *words, "--homepage", one.homepage, quiet=True)
        name, url = federation.source_id(one), federation.address(one, port + place)
        kind = federation.portal(one).kind
        if name not in sources:
            words = ("--node", one.id, "--kind", kind, "--url", url)
            _aicat("source", "add", name, *words, quiet=True)
        elif sources[name]["url"] != url:
            _aicat("source", "edit", name, "--url", url, quiet=True)


def _wait_ready(base: str, up: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not _answers(f"{base}/readyz"):
        if up.poll() is not None:
            sys.exit(up.returncode or 1)
        if time.monotonic() > until:
            sys.exit(f"demo: {base}/readyz did not answer in {PATIENCE:.0f} s")
        time.sleep(0.1)


def _fill_desk(base: str, invented: list[Member], *, grid: bool = False) -> None:
    """Put the story's requests on the desk, where there are local accounts, or its studies: a request in
    every state for every sector. The demo goes on without them where that fails."""
    began, played = time.monotonic(), 0
    try:
        settings = {one["name"]: one["value"] for one in _listed("settings")}
        if settings[DEV_LOGIN]:
            played = desk.fill(base, invented, _listed("person", "list"), grid=grid)
    except desk.Unfilled as error:
        print(f"demo: the desk is not filled: {error}", file=sys.stderr, flush=True)
    except SystemExit:
        print("demo: the desk is not filled: see above", file=sys.stderr, flush=True)
    if played:
        more = " more" if grid else ""
        print(
            f"the desk holds {played}{more} requests ({time.monotonic() - began:.0f} s)", flush=True
        )


def _welcome(base: str) -> None:
    with _OPENER.open(f"{base}/api/v1/stats", timeout=10) as answer:
        numbers = json.load(answer)
    found = f"{numbers['records']} records of {numbers['nodes']} members"
    print(
        f"\n  {base}   {found}\n\n"
        f"  search   {base}/search?q=soil+moisture\n"
        f"  offers   {base}/offers?eligible=start-up\n"
        f"  access   {base}/sign-in\n"
        f"  API      {base}/api/docs\n"
        f"  SPARQL   {base}/sparql\n\n"
        "  Ctrl-C ends everything.\n",
        flush=True,
    )


def _answers(address: str) -> bool:
    try:
        with _OPENER.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _listed(*words: str) -> list[dict[str, Any]]:
    done = subprocess.run([*AICAT, *words, "--json"], stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    items: list[dict[str, Any]] = json.loads(done.stdout)["items"]
    return items


def _aicat(*words: str, quiet: bool = False, fails: bool = False) -> None:
    done = subprocess.run([*AICAT, *words], stderr=subprocess.PIPE if quiet else None, check=False)
    if done.returncode and not fails:
        sys.stderr.buffer.write(done.stderr or b"")
        sys.exit(done.returncode)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise Stopped


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    for one in reversed(started):
        if one.poll() is None:
            one.terminate()
    for one in started:
        try:
            one.wait(30)
        except subprocess.TimeoutExpired:
            one.kill()


if __name__ == "__main__":
    main()
