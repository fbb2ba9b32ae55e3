"""The command line `casetree`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from infra.local import clock, demo, events, export, judging, present, server, signin
from infra.local import doctor as surgery
from infra.local import migrate as migration
from infra.local import up as stack_up
from infra.local.aws import need_loopback
from infra.local.bootstrap import bootstrap_deployed
from infra.local.durations import format_duration, parse_duration
from infra.local.home import current_home
from infra.local.obstacle import ObstacleError
from infra.local.people import PEOPLE
from infra.local.records import Stack
from infra.local.redrive import Done, redrive
from infra.local.steps import console, errors, step
from infra.local.target import Target, failures_of, on_aws, on_this_machine
from infra.local.telling import TellingGroup
from infra.local.welcome import welcome

app = typer.Typer(
    cls=TellingGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Casetree: the whole stack on this machine, and tools for it and for stacks on AWS.

    Begin with [bold]casetree demo[/bold]: it starts the stack if it is not up, and plays a case.
    State is kept in .local, or in the folder that CASETREE_HOME names.""",
)


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Listen here; by default 4566 or the next that is free.")
    ] = None,
) -> None:
    """Start the whole stack on this machine, or update the running one to the present code.

    It listens on 127.0.0.1 only, needs no AWS account, and runs until [bold]casetree down[/bold].
    Its data are lost then. Addresses, sign-ins and tokens are written to .local/stack.json.

    Example:  [cyan]casetree up --port 8123[/cyan]
    """
    stack = stack_up.up(current_home(), port)
    console.print("\n[bold]The stack is up.[/bold]")
    welcome(stack)


@app.command()
def down() -> None:
    """Stop the stack that [bold]casetree up[/bold] started, and nothing else.

    A process is ended only if its id and its starting time are those of the one that was started.
    """
    with console.status("Ending the stack ..."):
        ended = stack_up.down(current_home())
    console.print("The stack has ended." if ended else "No stack is up.")


@app.command()
def token(
    name: Annotated[str, typer.Argument(help=f"Who signs in: {', '.join(person.name for person in PEOPLE)}.")],
) -> None:
    """Print a fresh token for a person of the local stack; a token is valid for an hour.

    Example:  [cyan]curl -H "Authorization: Bearer $(casetree token ann)" ...[/cyan]
    """
    typer.echo(signin.fresh_token(_stack(), name))


@app.command(name="events")
def follow(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line, as on the bus.")] = False,
) -> None:
    """Print the events on the event bus as they happen, until Ctrl-C.

    Example:  [cyan]casetree events --json | jq .detail[/cyan]
    """
    stack = _stack()
    with events.subscription(stack) as queue:
        if not as_json:
            console.print(f"[dim]Following the bus '{stack.bus_name}'. Ctrl-C ends it.[/dim]")
        while True:
            for event in events.receive(stack, queue):
                typer.echo(json.dumps(event) if as_json else events.as_line(event))


@app.command()
def advance(duration: Annotated[str, typer.Argument(help="How far: 90d, 2h30m, 1w. Back is not possible.")]) -> None:
    """Move the clock of the local stack ahead, fire the timers that are due then, and list them.

    Example:  [cyan]casetree advance 90d[/cyan]
    """
    seconds = parse_duration(duration)
    stack = _stack()
    with step("Firing what is due", f"The clock was moved by {format_duration(seconds)}"):
        fired = clock.advance(stack, seconds)
    console.print(f"It is now {clock.now(stack):%Y-%m-%d %H:%M} UTC there.")
    console.print(present.timer_table(fired) if fired else "Nothing was due.")


@app.command()
def doctor(
    case: Annotated[str | None, typer.Argument(help="Id of a case; without it, the whole table.")] = None,
    stack: Annotated[
        str | None, typer.Option(help="Name of a stack on AWS; without it, the one on this machine.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
    parallel: Annotated[int, typer.Option(min=1, max=16, help="Parts of the table that are read at once.")] = 4,
    rate: Annotated[float, typer.Option(min=0, help="Cases per second, all parts together; 0 means no limit.")] = 100,
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what a repair would store differently.")] = False,
    settle: Annotated[bool, typer.Option("--settle", help="Only do what a lost stream record left undone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object, for programs.")] = False,
) -> None:
    """Examine one case or all cases, say what is broken, and repair it if asked.

    Nothing is changed without --repair or --settle. The exit status is 1 while something is broken.

    Example:  [cyan]casetree doctor look-4711[/cyan] - what is wrong with one case

    Example:  [cyan]casetree doctor look-4711 --dry-run[/cyan] - what a repair would change, field by field

    Example:  [cyan]casetree doctor --repair[/cyan] - the whole table

    Example:  [cyan]casetree doctor --stack Casetree --rate 20 --json[/cyan] - a deployed stack, for a program
    """
    target = _target(stack, region)
    if settle:
        _settle(target, case)
        return
    asked = {"repair": repair or dry_run, "dryRun": dry_run}

    def progress(cases: int, findings: int) -> None:
        if not as_json:
            console.print(f"  [dim]{cases} cases looked at, {findings} findings[/dim]")

    visited = surgery.visit(target, case, asked, parallel, rate, progress)
    if case is not None and not visited.cases:
        raise _no_case(case)
    if as_json:
        typer.echo(json.dumps(visited.as_json()))
    else:
        for part in surgery.told(visited, dry_run=dry_run):
            console.print(part)
    if not visited.sound:
        raise typer.Exit(1)


def _settle(target: Target, case: str | None) -> None:
    """Settle one case or the whole table, and print what that took."""
    with step("Settling", f"Settled {case or 'the whole table'}"):
        answers = target.settle(case)
    if case is not None and not answers[0]["cases"]:
        raise _no_case(case)
    for answer in answers:
        console.print_json(data=answer)
    if failed := failures_of(answers):
        raise ObstacleError(f"{failed} cases could not be settled.", "The log of the timers function names them.")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Workflow files.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the compiled form of files without mistakes.")] = False,
    force: Annotated[bool, typer.Option("--force", help="With --write: overwrite a published version, too.")] = False,
    diagram: Annotated[Path | None, typer.Option(help="File for a diagram of the first mistake.")] = None,
    against: Annotated[
        str | None, typer.Option(help="Judge these cases: a file of casetree export, or the word stack.")
    ] = None,
    stack: Annotated[
        str | None, typer.Option(help="Name of a stack on AWS; without it, the one on this machine.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --against: all verdicts as one JSON object.")] = False,
) -> None:
    """Check workflow files before they are deployed: each mistake with file, line and reason.

    With [bold]--against[/bold], also say how existing cases would have gone by the file.
    The exit status is then 0 if all would have gone the same way, 3 if some would
    have been refused or stuck or would have no place, and else 4 if some would have
    gone otherwise or could not be judged.

    Example:  [cyan]casetree check shared/workflows/*.yaml[/cyan]
    """
    from shared import compile as workflows  # noqa: PLC0415 - takes a moment to load, and only this needs it

    with errors.status("Reading ...") as shown:
        problems = workflows.check(files, write=write, force=force, tell=lambda said: shown.update(f"{said} ..."))
    for problem in problems:
        typer.echo(problem)
    for line in workflows.waived(files):
        typer.echo(line, err=as_json)  # with --json, what is printed is one object and nothing else
    pictures = [problem.picture for problem in problems if problem.picture]
    if diagram is not None and pictures:
        diagram.write_text(pictures[0], encoding="utf-8")
        console.print(f"The first way into a mistake is drawn in {diagram}.")
    if problems:
        raise ObstacleError(f"{len(problems)} of these must be mended before the files can be deployed.")
    if not as_json:
        console.print(f"Nothing is wrong with {', '.join(map(str, files))}.")
        for path in workflows.published(files) if write else ():
            console.print(f"{path} is a compiled form, which is what is deployed.")
    if against is not None:
        target = _target(stack, region) if against == "stack" else None
        raise typer.Exit(judging.judge(files, against, target, as_json=as_json))


@app.command(name="demo")
def play(name: Annotated[str, typer.Argument(help=f"Which workflow: {', '.join(demo.DEMOS)}.")] = "inspection") -> None:
    """Start the stack if it is not up, play cases over the API, and leave the stack running.

    Example:  [cyan]casetree demo appeals[/cyan]
    """
    played = demo.find(name)
    stack = stack_up.up(current_home())
    steps = played(stack)
    console.print("\n[bold]The stack is left running.[/bold]")
    welcome(stack, steps)


@app.command()
def bootstrap(
    admin: Annotated[list[str], typer.Option(help="User id of an administrator; can be repeated.")],
    stack: Annotated[str, typer.Option(help="Name of the deployed stack.")] = "Casetree",
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
) -> None:
    """After the first deployment to AWS: create the first administrators, and the organizations of the workflows.

    The local stack does this itself. Administrators must also be in the sign-in group casetree-admins.

    Example:  [cyan]casetree bootstrap --admin mary --stack Casetree[/cyan]
    """
    bootstrap_deployed(_target(stack, region), admin)
    console.print(f"Administrators of {stack}: {', '.join(admin)}, once they are in the group casetree-admins.")


@app.command(name="redrive")
def drive_again(
    stack: Annotated[
        str | None, typer.Option(help="Name of a stack on AWS; without it, the one on this machine.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what waits.")] = False,
) -> None:
    """Process what waits on the failure queue: missing reactions of parents, and events that did not go out.

    A message is deleted once its work is done. You can stop in the middle and run it again: nothing is done twice.

    Example:  [cyan]casetree redrive --stack Casetree --dry-run[/cyan]
    """
    target = _target(stack, region)
    results = list[Done]()
    for result in redrive(target, dry_run=dry_run):
        results.append(result)
        mark = "[yellow]left[/yellow]" if result.left else "[green]done[/green]"
        console.print(f"  {mark}  {escape(result.what)}\n        {escape(result.how)}")
    left = sum(result.left for result in results)
    if dry_run or not results:
        console.print(f"{left} messages wait." if left else "Nothing waits on the failure queue.")
        return
    console.print(f"{len(results) - left} done, {left} left.")
    if left:
        raise ObstacleError(f"{left} messages could not be dealt with and stay on the queue.", "The runbook says more.")


@app.command(name="export")
def write_out(
    workflow: Annotated[str, typer.Argument(help="The workflow whose cases are meant.")],
    stack: Annotated[
        str | None, typer.Option(help="Name of a stack on AWS; without it, the one on this machine.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
) -> None:
    """Print the cases of a workflow with their histories, one JSON object per line, for casetree check --against.

    Names, addresses, notes and texts of people are left out.

    Example:  [cyan]casetree export errands > cases.jsonl[/cyan]
    """
    number = 0
    for number, items in enumerate(export.cases(_target(stack, region), workflow), start=1):  # noqa: B007 (told below)
        typer.echo(json.dumps({"items": items}))
    errors.print(
        f"{number} cases of the workflow '{workflow}'." if number else f"No case is of a workflow '{workflow}'."
    )


@app.command()
def migrate(
    workflow: Annotated[str, typer.Argument(help="The workflow whose cases are meant.")],
    to: Annotated[int, typer.Option("--to", help="The version to which the cases are moved.")],
    case: Annotated[str | None, typer.Option(help="Only this case.")] = None,
    stack: Annotated[
        str | None, typer.Option(help="Name of a stack on AWS; without it, the one on this machine.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="AWS region, if not the one of your AWS settings.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Move cases to another version of their workflow. A case that does not fit stays as it is, with the reasons.

    You can stop it and run it again: cases that already have the version stay as they are.

    Example:  [cyan]casetree migrate errands --to 2 --dry-run[/cyan]
    """
    target = _target(stack, region)
    summary = migration.Summary()
    for summary in migration.migrate(target, workflow, to, case, dry_run=dry_run):
        console.print(f"  {summary.counts['cases']} cases looked at")
    for line in migration.told(summary, dry_run=dry_run):
        console.print(line, markup=False)
    if case is not None and not summary.counts["cases"]:
        raise ObstacleError(f"There is no case '{case}' of the workflow '{workflow}'.")
    if not summary.whole:
        raise ObstacleError("Not every case goes by that version.", "What is refused goes on with its own.")


def _no_case(case: str) -> ObstacleError:
    return ObstacleError(f"There is no case '{case}'.", "The id of a case stands before the dot in those of its tasks.")


def _target(stack: str | None, region: str | None) -> Target:
    """The stack that is named, on AWS, or the one on this machine."""
    return on_aws(stack, region) if stack else on_this_machine(_stack())


def _stack() -> Stack:
    stack = server.running_stack(current_home())
    need_loopback(stack.endpoint_url)
    need_loopback(stack.api_url)
    return stack
