"""Every setting, command, route, harvester option and port has its heading; texts keep the house's rules."""

from __future__ import annotations

import re
import subprocess
import typing
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest
from flask import Flask

from catalogue import ports
from catalogue.cli import WHERE, aicat
from catalogue.harvest.registry import harvester, kinds
from catalogue.settings import HELP, PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def headings(name: str, level: str = "##") -> list[str]:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    return re.findall(rf"^{level} (.+)$", text, re.MULTILINE)


def test_every_setting_is_documented_and_nothing_else() -> None:
    names = [field.name for field in fields(Settings)]
    assert headings("settings.md") == [f"{PREFIX}{name.upper()}" for name in names]
    assert set(HELP) == set(names)


def commands(group: click.Group, words: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{words} {name}"
            yield from commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}"


def test_every_command_is_documented_and_nothing_else() -> None:
    assert sorted(headings("command-line.md")) == sorted(commands(aicat, "aicat"))


def test_every_command_of_a_module_is_reached_by_its_name() -> None:
    context = click.Context(aicat)
    for module in set(WHERE.values()):
        for command in import_module(f"catalogue.cli.{module}").COMMANDS:
            assert WHERE[command.name] == module
            assert aicat.get_command(context, command.name) is command


def test_every_harvester_and_option_is_documented() -> None:
    assert sorted(headings("harvesters.md")) == sorted(kinds())
    options = [name for kind in kinds() for name in harvester(kind).options().fields]
    assert sorted(headings("harvesters.md", "###")) == sorted(options)


def test_every_route_is_documented_and_nothing_else(tmp_path: Path) -> None:
    from api import create_app
    from catalogue.bootstrap import bootstrap

    opened = bootstrap(Settings(data_dir=tmp_path))
    try:
        app: Flask = create_app(opened)
    finally:
        opened.close()
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert set(headings("http.md")) == rules - {"/api/v1", "/api/v1/openapi.json"}


def test_every_port_is_documented() -> None:
    protocols = [
        name
        for name, one in vars(ports).items()
        if isinstance(one, type)
        and getattr(one, "_is_protocol", False)
        and one is not typing.Protocol
    ]
    assert sorted(headings("ports.md")) == sorted(protocols)


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_name_hashes_and_no_place() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_nothing_names_a_package_registry_or_a_person_s_machine() -> None:
    forbidden = re.compile(
        "|".join(
            ["py" + r"pi\.org", "python" + "hosted", "npm" + "js", "/ho" + "me/", "/wo" + "rk/"]
        )
    )
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        assert not forbidden.search(text), path


def test_no_file_of_the_real_catalogues_is_in_the_project() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert "data" not in names
    assert "shared" not in names
