"""The command line: one file per command, loaded when it is called.

stdout is the answer, stderr the conversation. This is the one place where an error becomes two
lines and an exit code.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from feedgen import __version__, logs
from feedgen.errors import Bug, FeedgenError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

# name: the first line of its help, so that `feedgen --help` imports none of them.
COMMANDS = {
    "demo": "Publish the sample catalogue into a folder and say what to do next.",
    "init": "Write a commented example project to begin with: settings and one show.",
    "catalogue": "Check a catalogue folder, or begin one from a feed that exists.",
    "publish": "Build, check and publish the feeds of all series or of those named.",
    "hook": "Publish what a CMS says has changed: its payload on stdin, or the series named.",
    "approve": "Let a held difference on air, exactly as it was shown and once.",
    "history": "Show what was on air, how it came there, and what was held.",
    "rollback": "Put an earlier version of a feed back on air, byte for byte.",
    "doctor": "Examine the project and everything it needs; change nothing.",
    "images": "Say which artwork a series gets, and why nothing else.",
    "explain": "Say where each value of a feed came from, and why an episode is or is not in it.",
    "render": "Print the feed of a series as it is now, or at any time; publish nothing.",
    "check": "Judge feeds by named rules, each with its source.",
    "diff": "Compare two feeds in words a producer understands.",
    "templates": "List the templates of a feed, or copy them out to change them.",
    "golden": "Verify, accept or add the golden feeds that judge the templates.",
    "serve": "Serve pages, feeds with their media, hooks, and a catalogue folder as the "
    "Content API.",
    "samples": "List the sample files for cron, systemd and containers, or copy them out.",
}
log = logging.getLogger(__name__)
_UNTOLD = ("onair.held", "notify.failed", "stamina.retry_scheduled")

EXIT_CODES = """\b
Exit codes:
  0   done, or clean
  1   the answer is no: a check, a golden feed or a diff found something
  2   usage or configuration; nothing was attempted
  3   the outside world failed; a retry may help
  4   some series failed or were held; the rest are published
  70  a bug of feedgen"""


class CommandGroup(click.Group):
    """A group that imports a command's module only when that command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command `cmd_name`, or `None` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"feedgen.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a programming error
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command named in `args`; an unknown name gets the closest known one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], list(COMMANDS))
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=CommandGroup,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="feedgen %(version)s")
@click.option("-v", "--verbose", count=True, help="Show the steps on stderr; twice, everything.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option(
    "--log-format",
    "style",
    type=click.Choice(("text", "json")),
    default="text",
    envvar="FEEDGEN_LOG_FORMAT",
    help="Write the log as lines for people or as one JSON object a line.",
)
@click.option(
    "--log-level",
    type=click.Choice(logs.LEVELS),
    envvar="FEEDGEN_LOG_LEVEL",
    help="How much to log; JSON and files begin at info.",
)
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="FEEDGEN_LOG_FILE",
    help="Append the log to this file instead of writing it to stderr.",
)
@click.pass_context
def program(
    ctx: click.Context,
    verbose: int,
    quiet: bool,
    style: logs.Style,
    log_level: str | None,
    log_file: Path | None,
) -> None:
    """Turn a podcast catalogue into the RSS feeds that podcast apps read.

    \b
    Examples:
      feedgen demo                  three sample shows, from a catalogue to feeds on disk
      feedgen publish               all series of the feedgen.toml in this folder
      feedgen publish daily-news    one series
      feedgen images daily-news     which artwork, and why
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    ctx.meta["feedgen.quiet"] = quiet
    if log_level is not None:
        level = logging.getLevelNamesMapping()[log_level.upper()]
    elif os.environ.get("FEEDGEN_DEBUG") or verbose > 1:
        level = logging.DEBUG
    elif verbose or log_file is not None or (style == "json" and not quiet):
        level = logging.INFO
    else:
        level = logging.CRITICAL if quiet else logging.WARNING
    # On a terminal the commands say these in words of their own.
    untold = () if verbose or log_file is not None else _UNTOLD
    logs.set_up(level=level, style=style, file=log_file, untold=untold)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code."""
    try:
        code = program.main(args=arguments, prog_name="feedgen", standalone_mode=False)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except click.exceptions.NoArgsIsHelpError as asked:
        # Nothing was asked for: the help is all there is to say.
        click.echo(asked.format_message(), err=True)
        code = asked.exit_code
    except click.ClickException as error:
        code = report_usage(error)
    except click.Abort:
        click.echo("stopped; nothing on air was changed half-way", err=True)
        code = 130
    except FeedgenError as error:
        code = report(error)
    except BrokenPipeError:
        # The reader of stdout has gone; the interpreter must not complain about it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except Exception as error:
        code = report_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def report_usage(error: click.ClickException) -> int:
    """Write what is wrong with the command line, in the same two lines as every error."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"{ctx.command_path if ctx else 'feedgen'} --help"
    _say_error(error.format_message(), hint=hint, exit_code=error.exit_code)
    return error.exit_code


def report(error: FeedgenError) -> int:
    """Write what happened and what to do to stderr; return the exit code."""
    _say_error(error.message, error.details, hint=error.hint, exit_code=error.exit_code)
    return error.exit_code


def report_bug(error: Exception) -> int:
    """Write that feedgen itself is at fault, with the trace only if it was asked for."""
    if os.environ.get("FEEDGEN_DEBUG"):
        traceback.print_exception(error)
    return report(Bug(error))


def _say_error(message: str, details: Sequence[str] = (), *, hint: str, exit_code: int) -> None:
    where = logs.handled_by()
    if where in ("json", "file"):
        log.error("command.failed exit_code=%d hint=%s: %s", exit_code, hint, message)
    if where == "json":
        return
    # Outside of click's context, so NO_COLOR has to be honoured here as well.
    colour = False if os.environ.get("NO_COLOR") else None
    click.secho(f"error: {message}", err=True, fg="red", color=colour)
    for detail in details:
        click.echo(f"  {detail}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
