"""Two editors: the one who looked before the other saved is told so, and nothing is overwritten."""

from counterfoil.errors import ChangedMeanwhile
from counterfoil.model.credential import Credential
from counterfoil.model.destination import Destination
from counterfoil.model.source import Source


def refuse_stale(thing: Credential | Destination | Source, version: int | None) -> None:
    """Raise ChangedMeanwhile unless the thing has this version still; None takes any."""
    if version not in (None, thing.version):
        raise ChangedMeanwhile(
            f"Somebody else changed {thing.name} in the meantime; nothing was saved.",
            do="Look at it again, and make your change anew.",
        )
