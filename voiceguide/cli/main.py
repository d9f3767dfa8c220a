"""The program: its commands, and the one place that turns errors into lines and exit codes."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from voiceguide import __version__, streams
from voiceguide.cli.console import complain, help_if_alone, log, text
from voiceguide.cli.interrupts import INTERRUPTED, Interrupts, ignore_interrupts
from voiceguide.cli.wording import option
from voiceguide.errors import ReaderLeftError, SettingError, VoiceguideError, disk_full, is_full
from voiceguide.private import decline_telemetry

if TYPE_CHECKING:
    from collections.abc import Sequence


class Place(NamedTuple):
    """Where a command, or a group of commands, is defined, and its help."""

    module: str
    """In this package."""
    attribute: str
    help: str
    """Not taken from a docstring: Python drops those when it optimises (`PYTHONOPTIMIZE=2`)."""


COMMANDS: Final = {
    "list": Place(
        "routines", "list_routines", "List the routines: id, title, minutes at the default pacing, stretches."
    ),
    "show": Place("routines", "show", "Show what a routine or a stretch contains, in words."),
    "plan": Place("plan", "plan", "Show the timeline of a session. Needs no sound device and writes no audio."),
    "export": Place("export", "export", "Export a session to a file."),
    "batch": Place("batch", "batch", "Export every session of a manifest; files made before are checked and kept."),
    "play": Place("play", "play", "Play a session; keys, media keys and `voiceguide ctl` control it."),
    "ctl": Place("play", "ctl", "Control the session that is playing, from another terminal."),
    "history": Place("play", "history", "List the sessions that were played, newest first."),
    "new": Place("own", "new", "Write a commented routine of your own that works at once."),
    "check": Place(
        "own", "check", "Check routine and stretch files: list every mistake with its file, line and field."
    ),
    "voices": Place("voices", "app", "List the voices that work on this machine, or fetch another."),
    "say": Place("say", "say", "Say one text as a session would, aloud or into a file."),
    "doctor": Place(
        "doctor", "doctor", "Try everything that voiceguide needs, and say how to mend what does not work."
    ),
    "config": Place("own", "config_app", "Show the configuration."),
    "cache": Place("cache", "app", "Show or remove the spoken clips that are kept."),
}
_NEGATIVE: Final = {"ctl"}
"""Commands whose arguments may be negative numbers, which look like options."""


def program(arguments: Sequence[str]) -> typer.Typer:
    """Build the command that the arguments begin with, or every command for help.

    Building all of them would add 10 ms to every start.
    """
    app = typer.Typer(
        name="voiceguide",
        help="Voice-guided stretching sessions: plan them, export them, hear them. Offline.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    for name in [name for name in arguments[:1] if name in COMMANDS] or COMMANDS:
        place = COMMANDS[name]
        command = getattr(importlib.import_module(f"voiceguide.cli.{place.module}"), place.attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, help=place.help)
        else:
            settings = {"ignore_unknown_options": name in _NEGATIVE}
            app.command(name, help=place.help, context_settings=settings)(command)
    return app


def _version(value: bool) -> None:  # noqa: FBT001 -- typer calls it so
    if value:
        text(f"voiceguide {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 -- done by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show what happens, and where an error comes from.")] = False,  # noqa: ARG001 -- read by main
) -> None:
    help_if_alone(context)


def main(arguments: Sequence[str]) -> int:
    """Run the program and give its exit code: 0, 1, 2 or 130."""
    if "--debug" not in arguments:
        return _main(arguments, debug=False)
    from voiceguide.log import logged_to  # takes 3 ms

    with logged_to(log):
        return _main(arguments, debug=True)


def _main(arguments: Sequence[str], *, debug: bool) -> int:
    interrupts = Interrupts()
    try:
        interrupts.listen()
        command = typer.main.get_command(program(arguments))
        result = command.main(list(arguments), prog_name="voiceguide", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", exit_code=INTERRUPTED)
    except Exception as error:  # noqa: BLE001 -- every error becomes a line
        if interrupts.exit_code:  # a library turned it into an error of its own, as pydantic does
            return _complain("interrupted", exit_code=interrupts.exit_code)
        return _failed(error, debug=debug)
    if result == INTERRUPTED:  # typer has caught it first
        return _complain("interrupted", exit_code=INTERRUPTED)
    return result if isinstance(result, int) else 0


def _failed(error: Exception, *, debug: bool) -> int:
    """Print the lines of the error that is being handled and return its exit code; raise it again for --debug."""
    if isinstance(error, ReaderLeftError):
        return error.exit_code
    if isinstance(error, typer.TyperException):
        return _complain(f"{_usage(error)} (see --help)", exit_code=error.exit_code)
    if debug:
        raise error
    if isinstance(error, SettingError):
        # Settings in files were checked before: these came from options.
        return _complain(*error.lines_naming(option), exit_code=error.exit_code)
    if isinstance(error, VoiceguideError):
        return _complain(*error.lines(), exit_code=error.exit_code)
    if isinstance(error, OSError) and is_full(error):
        return _complain(_no_room(error), exit_code=1)
    return _complain(
        f"this is a fault of voiceguide: {type(error).__name__}: {error} (--debug shows more)", exit_code=1
    )


def _usage(error: typer.TyperException) -> str:
    """The message about an option or an argument, with our own words where typer quotes pydantic."""
    message = error.format_message()
    find = getattr(error.__cause__, "errors", None)
    if find is None:
        return message
    from pydantic import BaseModel

    from voiceguide.model.complaints import complaint

    details = find()[0]
    return message.replace(details["msg"], complaint(details, BaseModel)).removesuffix(".")


def _no_room(error: OSError) -> str:
    """Say where the disk is full: at the file that the error names, or else where temporary files go.

    A fault of standard output is an OutputError instead.
    """
    import tempfile

    return f"{disk_full(error.filename or tempfile.gettempdir())}: make room there"


def run() -> None:
    """Run the program with the arguments of this process, and exit."""
    streams.prepare()
    decline_telemetry(ours=True)
    # The threads of numpy's linear algebra spin for a tenth of a second, and no array here is large enough for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Our models use no plugins: pydantic would search every installed package for one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imports make two hundred thousand objects that stay: the collector should not visit them time and again, ...
    gc.set_threshold(200_000)
    try:
        exit_code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while an error was being printed
        exit_code = INTERRUPTED
    finally:
        ignore_interrupts()
    # ... nor once more at exit, when the system takes all memory back anyway.
    gc.freeze()
    sys.exit(exit_code)


def _complain(*lines: str, exit_code: int) -> int:
    complain(*lines)
    return exit_code
