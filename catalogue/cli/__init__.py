"""The command line `aicat`."""

from __future__ import annotations

import sys

import click

from catalogue.cli import (
    access,
    federation,
    forms,
    harvesting,
    keys,
    maintenance,
    outcomes,
    people,
    pushing,
    reading,
    registering,
    reviewing,
    running,
    storage,
    synthesis,
    validating,
)
from catalogue.errors import CatalogueError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(package_name="aicat")
@click.pass_context
def aicat(context: click.Context, debug: bool) -> None:
    """A federated data catalogue for Europe's AI ecosystem."""
    context.obj = {"debug": debug}


MODULES = (
    federation,
    forms,
    keys,
    people,
    access,
    harvesting,
    pushing,
    reviewing,
    reading,
    registering,
    running,
    maintenance,
    storage,
    synthesis,
    validating,
    outcomes,
)

for module in MODULES:
    for command in module.COMMANDS:
        aicat.add_command(command)


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
