"""Records as packages of CKAN: the mapping, pure, for the door that speaks CKAN's action API."""

from __future__ import annotations

from catalogue.project.ckan.packages import TYPES, group, organization, package, stamp

__all__ = ["TYPES", "group", "organization", "package", "stamp"]
