"""The commands that the list of real portals turns into are ones that the command line takes."""

from __future__ import annotations

import shlex

from click.testing import CliRunner

from catalogue.cli import aicat
from deploy.sources.__main__ import commands, read


def test_the_command_line_takes_every_command(tmp_path: object) -> None:
    runner = CliRunner(env={"AICAT_DATA_DIR": f"{tmp_path}/var"})
    given = list(commands(*read()))
    assert len(given) > 60
    for command in given:
        done = runner.invoke(aicat, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
