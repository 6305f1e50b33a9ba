"""Print the commands that add real portals: `python -m deploy.sources [--country CC]...`."""

from __future__ import annotations

import argparse
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.harvest.registry import kinds

LIST = Path(__file__).with_name("europe.toml")


def read(path: Path = LIST) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The nodes and the sources of a list, in its order."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return table["node"], table["source"]


def commands(nodes: list[dict[str, Any]], sources: list[dict[str, Any]]) -> Iterator[str]:
    """A command for each node that a source needs, and for each source whose protocol is installed."""
    wanted = [one for one in sources if one["kind"] in kinds()]
    used = {one["node"] for one in wanted}
    for node in (one for one in nodes if one["id"] in used):
        words = ["--name", node["name"], "--country", node["country"], "--kind", node["kind"]]
        yield shlex.join(["aicat", "node", "add", node["id"], *words])
    for one in wanted:
        words = ["--node", one["node"], "--kind", one["kind"], "--url", one["url"]]
        yield shlex.join(["aicat", "source", "add", one["id"], *words])


def main() -> None:
    """Print the commands for the countries asked for, or for all."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--country", action="append", default=[])
    countries = {country.upper() for country in asked.parse_args().country}
    nodes, sources = read()
    chosen = [one for one in sources if not countries or one["country"] in countries]
    for command in commands(nodes, chosen):
        print(command)


if __name__ == "__main__":
    main()
