"""The guarded client: the only way out, for harvesters and whatever else fetches."""

from catalogue.http.client import GuardedClient, GuardedSession

__all__ = ["GuardedClient", "GuardedSession"]
