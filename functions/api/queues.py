"""Routes of queues."""

from functions.api.operations import Routes

ROUTES = Routes("Queues")
