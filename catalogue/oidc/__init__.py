"""Signing in by OpenID Connect: the provider's documents, its ID tokens, and what their claims mean."""

from catalogue.oidc.claims import Meaning, meaning_of
from catalogue.oidc.provider import Provider, Registration, Shown

__all__ = ["Meaning", "Provider", "Registration", "Shown", "meaning_of"]
