"""Reasons why the car does not drive, as sentences for the page, the log and ``stop/reason``."""

from donkeycar.driving import driver_link as link

NO_PILOT = "This car has no pilot: start it with `--model`."

REASONS = {
    link.FREE: "",
    link.STOPPED: "Stopped. Let go of the stick, then tap Resume.",
    link.SILENT: "The link to the driver is lost. The car goes on when it is back.",
    link.LOST: "The link was lost. Let go of the stick, then tap Resume.",
    link.LEFT: "The driver's page was hidden or closed. Tap Resume to drive on.",
    link.UNPAIRED: "The driver's device was unpaired. Tap Resume to drive on.",
    link.START: "The car starts with the pilot driving. Tap Resume to let it go.",
    link.HANDED_OVER: "The wheel was handed over. Tap Resume to drive.",
    link.GONE: "The gamepad or remote control is gone. Let go of the stick, then resume.",
    link.HUNG: "The drive loop hung, and the car stopped. Let go of the stick, then resume.",
    link.NOBODY: "Nobody drives. Move the stick of the drive page, a gamepad or a remote control.",
}

# Why a new driver's throttle does nothing yet.
HELD = "Let go of the throttle once: it was pushed before you took the wheel."


def reason_for(code: str, unready: str) -> str:
    """Why the car does not drive, in a sentence; "" if it is free to.

    Args:
        code: The reason, as a code.
        unready: What a Resume must wait for first, in a sentence; "" for nothing.
    """
    return (code and unready) or REASONS[code]
