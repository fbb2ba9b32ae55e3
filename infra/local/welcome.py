"""What a person needs once the stack is up: its addresses, who can sign in, and what to do next."""

from collections.abc import Mapping

from rich.markup import escape
from rich.padding import Padding

from infra.local import present
from infra.local.home import command, current_home, shown
from infra.local.people import PEOPLE
from infra.local.records import Stack
from infra.local.steps import console


def welcome(stack: Stack, steps: Mapping[str, str] | None = None) -> None:
    """Print it all; `steps` are commands that fit what was done before."""
    home = current_home()
    addresses = {
        "Console": stack.console_url,
        "API": stack.api_url,
        "Swagger UI": f"{stack.api_url}/docs",
        "AWS endpoint": stack.endpoint_url,
        "All of it, as JSON": shown(home.stack_file),
        "Log": shown(home.server_log),
    }
    console.print(present.facts(addresses), soft_wrap=True)
    _heading("Sign-ins")
    console.print(Padding(present.sign_in_table(_sign_ins(stack)), (0, 2)))
    _heading("Next, in a shell")
    for what, line in (steps or _first_steps(stack)).items():
        # On a line of its own, and in one piece: so that it can be copied.
        console.print(f"  [dim]{what}[/dim]\n    {escape(line)}", soft_wrap=True)
    _heading("More commands")
    console.print(present.facts(_commands(offer_demo=steps is None)), soft_wrap=True)


def _heading(text: str) -> None:
    console.print(f"\n[bold]{text}[/bold]")


def _sign_ins(stack: Stack) -> list[tuple[str, str, str]]:
    known = [person for person in PEOPLE if person.name in stack.users]
    return [
        (person.name, stack.users[person.name].password, f"{person.display_name}: {person.role}") for person in known
    ]


def _first_steps(stack: Stack) -> dict[str, str]:
    token = f"$({command('token ann')})"
    return {"Who am I?": f"curl -sS -w '\\n' -H \"Authorization: Bearer {token}\" {stack.api_url}/users/me"}


def _commands(*, offer_demo: bool) -> dict[str, str]:
    demo = {"A case, played": command("demo")} if offer_demo else {}
    return {
        **demo,
        "A fresh token": command("token ann"),
        "Events, as they come": command("events"),
        "Three months later": command("advance 90d"),
        "The end": command("down"),
    }
