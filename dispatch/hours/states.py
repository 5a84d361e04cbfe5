"""What a correction and a certificate can be, and every move between."""

from __future__ import annotations

from enum import StrEnum

from dispatch.core.moves import Move


class CorrectionStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class CertificateStatus(StrEnum):
    VALID = "valid"
    WITHDRAWN = "withdrawn"


_PROPOSED = frozenset({CorrectionStatus.PROPOSED})

CORRECTION_MOVES: dict[str, Move[CorrectionStatus]] = {
    "confirm": Move(_PROPOSED, CorrectionStatus.CONFIRMED),  # by a second person: from then on it counts
    "decline": Move(_PROPOSED, CorrectionStatus.DECLINED),  # nothing has changed
}
CERTIFICATE_MOVES: dict[str, Move[CertificateStatus]] = {
    "withdraw": Move(frozenset({CertificateStatus.VALID}), CertificateStatus.WITHDRAWN),  # what it says is not so (any more)
}
