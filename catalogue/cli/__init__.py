"""The command line `aicat`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

import click

from catalogue.errors import CatalogueError

# Where each command is: only its own module is loaded, so that a command starts in half the time.
WHERE: Mapping[str, str] = {
    "access": "access",
    "approve": "harvesting",
    "audit": "storage",
    "backup": "storage",
    "cancel": "harvesting",
    "cluster": "clusters",
    "compact": "storage",
    "erase": "storage",
    "form": "forms",
    "harvest": "harvesting",
    "links": "quality",
    "migrate": "maintenance",
    "node": "keys",  # its keys hang from the command of `federation`
    "organisation": "people",
    "outbox": "outcomes",
    "person": "people",
    "push": "pushing",
    "quality": "quality",
    "rebuild": "maintenance",
    "registry": "registering",
    "reject": "harvesting",
    "report": "outcomes",
    "restore": "storage",
    "review": "reviewing",
    "runs": "harvesting",
    "search": "reading",
    "serve": "running",
    "settings": "maintenance",
    "show": "reading",
    "source": "federation",
    "sparql": "reading",
    "status": "maintenance",
    "synth": "synthesis",
    "up": "running",
    "validate": "validating",
    "verify": "maintenance",
    "vocab": "maintenance",
    "webhook": "outcomes",
    "worker": "running",
}


class Commands(click.Group):
    """Every command by its name; `commands` holds those that were asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(WHERE)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name in WHERE and name not in self.commands:
            for each in import_module(f"catalogue.cli.{WHERE[name]}").COMMANDS:
                self.add_command(each)
        return self.commands.get(name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(package_name="aicat")
@click.pass_context
def aicat(context: click.Context, debug: bool) -> None:
    """A federated data catalogue for Europe's AI ecosystem."""
    context.obj = {"debug": debug}


def main() -> None:
    """Run a command; errors are one line on standard error, the exit status says how it went."""
    try:
        status = aicat.main(standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"aicat: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("aicat: stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except CatalogueError as error:
        if "--debug" in sys.argv:
            raise
        click.echo("\n".join(f"aicat: {line}" for line in str(error).splitlines()), err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
