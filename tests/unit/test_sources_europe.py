"""The list of real portals is well-formed, and its commands are ones that the command line takes."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

from click.testing import CliRunner

import vocab
from catalogue.cli import aicat
from catalogue.harvest.registry import kinds
from deploy.sources.__main__ import commands, sources


def test_every_source_is_whole_and_unique() -> None:
    listed = sources()
    assert 60 <= len(listed) <= 120
    assert len({one["id"] for one in listed}) == len(listed)
    assert len({one["url"] for one in listed}) == len(listed)
    for one in listed:
        assert set(one) == {"id", "node", "title", "country", "kind", "url"}
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,62}", one["id"])
        assert one["country"] == "EU" or vocab.scheme("country").concept(one["country"])
        assert one["kind"] in kinds()
        assert urlsplit(one["url"]).scheme == "https"


def test_the_command_line_takes_every_command(tmp_path: object) -> None:
    runner = CliRunner(env={"AICAT_DATA_DIR": f"{tmp_path}/var"})
    for command in list(commands(sources()))[:12]:
        done = runner.invoke(aicat, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
