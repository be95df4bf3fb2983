"""``integration-practices serve``: the app's server, with nothing to set."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import click

from practices_db.config import APP, read_only_mode
from practices_db.operations.cli_options import database_option


@click.command("serve")
@database_option
@click.option("--port", envvar="STREAMLIT_SERVER_PORT", type=click.IntRange(1, 65_535), default=8501, show_default=True)
@click.option(
    "--address",
    envvar="STREAMLIT_SERVER_ADDRESS",
    default="localhost",
    show_default=True,
    help="0.0.0.0: whoever can reach this machine.",
)
@click.option("--read-only", is_flag=True, help="Serve what is released, as one of many machines.")
@click.argument("options", nargs=-1, metavar="[-- STREAMLIT'S OPTIONS]")
def _serve(database: Path, port: int, address: str, read_only: bool, options: tuple[str, ...]) -> None:
    """Serve the app; the first start builds the catalogue."""
    os.environ["PRACTICES_DB"] = str(database.absolute())
    if read_only:
        os.environ["PRACTICES_READ_ONLY"] = "1"
    if not database.exists() and not read_only_mode():
        click.echo(f"{database} is not there yet: it is built from the catalogue, which takes some seconds.", err=True)
    # Streamlit's own command, in this process, so that a supervisor's signals reach it.
    where = (f"--server.port={port}", f"--server.address={address}", "--server.headless=true")
    sys.argv = ["streamlit", "run", str(APP), *where, *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


COMMANDS = (_serve,)
