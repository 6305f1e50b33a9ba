"""Print the commands that add real portals: `python -m deploy.sources [--country CC]...`."""

from __future__ import annotations

import argparse
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LIST = Path(__file__).with_name("europe.toml")


def sources(path: Path = LIST) -> list[dict[str, Any]]:
    """The feeds of a list, in its order."""
    listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    return listed


def commands(listed: list[dict[str, Any]]) -> Iterator[str]:
    """A command for each node, once, and for each source."""
    known = set()
    for one in listed:
        if one["node"] not in known:
            known.add(one["node"])
            words = ["aicat", "node", "add", one["node"]]
            words += ["--name", f"Portals of {one['country']}", "--country", one["country"]]
            yield shlex.join(words)
        words = ["aicat", "source", "add", one["id"], "--node", one["node"]]
        yield shlex.join([*words, "--kind", one["kind"], "--url", one["url"]])


def main() -> None:
    """Print the commands for the countries asked for, or for all."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--country", action="append", default=[])
    countries = {country.upper() for country in asked.parse_args().country}
    chosen = [one for one in sources() if not countries or one["country"] in countries]
    for command in commands(chosen):
        print(command)


if __name__ == "__main__":
    main()
