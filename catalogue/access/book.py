"""Which workflow holds: the versions that are known of some holders, and the defaults behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.access.terms import OURS, Terms
from catalogue.access.workflow import Workflow, default_workflows
from catalogue.errors import InvalidInput, NotFound


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

    def terms(self, holder: str, workflow_id: str, version: int, key: str | None) -> Terms:
        """The text that a version of a workflow has accepted. `key`: what it was named when that version was
        taken, as version 0 goes along with the catalogue. Raises: NotFound."""
        found = self.at(holder, workflow_id, version).to_accept
        if version or key in {None, found.key}:
            return found
        return next((one for one in OURS if one.key == key), found)

    def numbered(self, workflow: Workflow) -> Workflow:
        """The workflow with its terms under a version that stands for no other text of the holder's: the next
        one, where theirs is taken. Terms without a text are those known by that name.

        Raises: InvalidInput where there is no text.
        """
        if workflow.external is not None:
            return workflow
        known = {one.to_accept for one in self._of(workflow.holder)} | {*OURS}
        wanted = workflow.to_accept
        if not wanted.text:  # named, and known
            wanted = next((one for one in known if one.key == wanted.key), wanted)
        if not wanted.text.strip() or not wanted.title:
            raise InvalidInput(
                f"terms_text: the terms {wanted.id!r} have no title or no text; nobody accepts what they"
                " cannot read"
            )
        same_id = {one for one in known if one.id == wanted.id}
        if all(one == wanted for one in same_id if one.version == wanted.version):
            return workflow.under(wanted)
        last = max(one.version for one in same_id)
        return workflow.under(Terms(wanted.id, last + 1, wanted.title, wanted.text))

    def _of(self, holder: str) -> Iterable[Workflow]:
        return (one for one in self.workflows if one.holder == holder)
