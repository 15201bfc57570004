"""What a siege counts; each figure must stay 0."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass
class Tally:
    """Harm that attacks have done.

    Args:
        requests_after_trouble: sent with a session that the server had put into trouble.
        over_budget: sent beyond the budget.
        unloadable_sessions: session files that no run can load any more, or that are another account's.
        secrets_found: in anything that was written.
        notes: where each was.
    """

    requests_after_trouble: int = 0
    over_budget: int = 0
    unloadable_sessions: int = 0
    secrets_found: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, what: str, figure: str, by: int = 1) -> None:
        """Count harm.

        Args:
            what: the attack, so that it can be run again.
            figure: the field that counts it.
            by: how much; 0 or less counts nothing.
        """
        if by > 0:
            setattr(self, figure, getattr(self, figure) + by)
            self.notes.append(f"{figure.replace('_', ' ')} +{by}: {what}")

    @property
    def lines(self) -> list[str]:
        """The figures, a line each."""
        return [f"{each.name.replace('_', ' ')} {getattr(self, each.name)}" for each in fields(self)[:-1]]

    @property
    def is_clean(self) -> bool:
        """True if there was no harm."""
        return not self.notes
