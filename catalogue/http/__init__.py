"""The guarded client: the only way out, for harvesters and whatever else fetches."""

from catalogue.http.client import GuardedClient, GuardedSession
from catalogue.http.courtesy import Courtesy

__all__ = ["Courtesy", "GuardedClient", "GuardedSession"]
