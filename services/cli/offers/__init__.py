"""Groups of commands; each file says what is offered and loads its work when called."""

from services.cli.offers import (
    audit,
    certs,
    data,
    emulate,
    forecast,
    learn,
    live,
    meters,
    negotiate,
    opcua,
    parties,
    serve,
    services,
    users,
    utility,
)

#: word after `rami` and the commands under it
GROUPS = {
    "audit": audit.app,
    "data": data.app,
    "forecast": forecast.app,
    "meters": meters.app,
    "learn": learn.app,
    "emulator": emulate.app,
    "opcua": opcua.app,
    "services": services.app,
    "parties": parties.app,
    "users": users.app,
    "utility": utility.app,
    "certs": certs.app,
}
#: commands without a group
COMMANDS = (emulate.emulate, negotiate.negotiate, serve.serve)
#: groups whose commands stand without a word before them
MERGED = (live.app,)

__all__ = ["COMMANDS", "GROUPS", "MERGED"]
