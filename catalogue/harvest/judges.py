"""Judging a record while it is read: the profiles of a source, compiled once a process."""

from __future__ import annotations

from collections.abc import Sequence

from catalogue.harvest.rules import Rules
from catalogue.model import Finding, Judged, Sector
from catalogue.validate.choosing import profiles_of
from catalogue.validate.data import Data, Everything
from catalogue.validate.profiles import Profiles
from catalogue.validate.verdict import verdict
from catalogue.validate.vocabularies import vocabularies


class Judges:
    """Judges the records of one source."""

    def __init__(self, rules: Rules) -> None:
        self._profiles = Profiles(rules.files)
        self._option = rules.profiles
        self._beside = vocabularies()
        self._known = self._profiles.names

    def judge(
        self,
        subject: str,
        type_: str,
        lines: Sequence[str],
        sectors: Sequence[Sector],
        conforms: Sequence[str] = (),
        key: str | None = None,
    ) -> tuple[tuple[Judged, ...], list[Finding]]:
        """What each profile that fits a record says of it. `lines` are canonical;
        `conforms` what its catalogue says it conforms to; `key` is the record's, for the findings.

        Raises: InvalidShapes, SettingsError for the operator's files; InvalidParameter for a name that
        is no profile.
        """
        data = Data(lines, self._beside, elsewhere=Everything())
        judged, findings = [], list[Finding]()
        for name, declared in profiles_of(
            subject, type_, data, sectors, self._option, self._known, conforms
        ):
            numbers, found = verdict(data, self._profiles.profile(name), declared=declared, key=key)
            judged.append(numbers)
            findings += found
        return tuple(judged), findings
