"""The program: its commands, and the one place where errors become a line and an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voiceguide import __version__
from voiceguide.cli.console import help_if_alone
from voiceguide.cli.interrupts import INTERRUPTED, Interrupts, ignore_interrupts
from voiceguide.cli.pacing_options import option
from voiceguide.errors import KnobError, VoiceguideError, shown
from voiceguide.whole_file import is_full

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "list": "routines:list_routines",
    "show": "routines:show",
    "plan": "plan:plan",
    "export": "export:export",
    "batch": "batch:batch",
    "play": "play:play",
    "ctl": "play:ctl",
    "history": "play:history",
    "new": "own:new",
    "check": "own:check",
    "voices": "voices:voices",
    "say": "say:say",
    "doctor": "doctor:doctor",
    "config": "own:config_app",
    "cache": "cache:app",
}
"""Where each is, in this package: a command, or a group of them."""


def program(arguments: Sequence[str]) -> typer.Typer:
    """The command that the arguments begin with; all of them for help, and where they begin with none.

    To load and to build all takes 10 ms of every start.
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
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(f"voiceguide.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _version(value: bool) -> None:  # noqa: FBT001 -- typer calls it so
    if value:
        typer.echo(f"voiceguide {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 -- done by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,  # noqa: ARG001 -- read by main
) -> None:
    help_if_alone(context)


def main(arguments: Sequence[str]) -> int:
    """Run the program and give its exit code: 0, 1, 2 or 130."""
    interrupts = Interrupts()
    try:
        interrupts.listen()
        command = typer.main.get_command(program(arguments))
        result = command.main(list(arguments), prog_name="voiceguide", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 -- every error becomes a line
        if interrupts.exit_code:  # some library has made an error of its own of it, as pydantic does
            return _complain("interrupted", interrupts.exit_code)
        return _failed(error, debug="--debug" in arguments)
    if result == INTERRUPTED:  # typer has caught it first
        return _complain("interrupted", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _failed(error: Exception, *, debug: bool) -> int:
    """The exit code of an error that is being handled, once its line has been written; raised again for --debug."""
    if isinstance(error, BrokenPipeError):
        _give_up_stdout()  # the reader of our output has left, as `head` does
        return 0
    if isinstance(error, typer.TyperException):
        return _complain(f"{error.format_message()} (see --help)", error.exit_code)
    if debug:
        raise error
    if isinstance(error, KnobError):
        return _complain(error.told(option), error.exit_code)  # files have been checked: it was an option
    if isinstance(error, VoiceguideError):
        return _complain(str(error), error.exit_code)
    if isinstance(error, OSError) and is_full(error):
        return _complain(_no_room(error), 1)
    return _complain(f"this is a fault of voiceguide: {type(error).__name__}: {error} (--debug shows more)", 1)


def _no_room(error: OSError) -> str:
    """Where the disk is full: under the file that the error names, under stdout, or else where temporary files go."""
    if error.filename is None and _stdout_is_full():
        _give_up_stdout()
        return "what there is to say cannot be written: the disk is full"
    import tempfile

    return f"the disk is full under {error.filename or tempfile.gettempdir()}: make room there"


def _stdout_is_full() -> bool:
    """Whether stdout takes no more: what it still holds, or even nothing, or it is a file on a full disk."""
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"")
        return hasattr(os, "fstatvfs") and os.fstatvfs(sys.stdout.fileno()).f_bavail == 0
    except OSError:
        return True


def _give_up_stdout() -> None:
    """Let what could not be written go nowhere: Python would try, and complain, once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run() -> None:
    """Run the program with the arguments of this process, and end it."""
    # The threads that numpy's linear algebra starts spin for a tenth of a second; nothing here calls it with enough.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nobody's plugin is wanted in our models: pydantic would go through all packages there are for one.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imports make two hundred thousand objects that stay: the collector need not go through them time and again, ...
    gc.set_threshold(200_000)
    try:
        exit_code = main(sys.argv[1:])
    except KeyboardInterrupt:  # while an error was being told
        exit_code = INTERRUPTED
    finally:
        ignore_interrupts()
    # ... nor once more at the end, before the system takes all memory back.
    gc.freeze()
    sys.exit(exit_code)


def _complain(message: str, exit_code: int) -> int:
    for line in message.split("\n"):
        sys.stderr.write(f"voiceguide: {shown(line)}\n")
    return exit_code
