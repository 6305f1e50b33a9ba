"""Which workflow holds: the versions that are known of some holders, and the defaults behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.access.workflow import Workflow, default_workflows
from catalogue.errors import NotFound


@dataclass(frozen=True, slots=True)
class Book:
    """Workflows by holder, id and version. Version 0 is the default of that id, for every holder."""

    workflows: tuple[Workflow, ...] = ()

    def latest(self, holder: str) -> list[Workflow]:
        """The last version of each of the holder's workflows, its own before the defaults, by id."""
        own: dict[str, Workflow] = {}
        for one in sorted(self._of(holder), key=lambda each: (each.id, each.version)):
            own[one.id] = one
        return [*own.values(), *(one for one in default_workflows(holder) if one.id not in own)]

    def current(self, holder: str, kind: str) -> Workflow:
        """What a resource of that kind comes under now."""
        usable = [one for one in self.latest(holder) if kind in one.kinds]
        return (usable or [one for one in default_workflows(holder) if kind in one.kinds])[0]

    def last(self, holder: str, workflow_id: str) -> Workflow:
        """The last version of a workflow. Raises: NotFound."""
        for one in self.latest(holder):
            if one.id == workflow_id:
                return one
        raise NotFound(f"{holder} has no workflow {workflow_id!r}")

    def at(self, holder: str, workflow_id: str, version: int) -> Workflow:
        """A workflow as it was in a version. Raises: NotFound."""
        for one in (*self._of(holder), *default_workflows(holder)):
            if (one.id, one.version) == (workflow_id, version):
                return one
        raise NotFound(f"{holder} has no version {version} of workflow {workflow_id!r}")

    def _of(self, holder: str) -> Iterable[Workflow]:
        return (one for one in self.workflows if one.holder == holder)
