"""Names of devices for a person, from the `User-Agent` of their browsers."""

# The first word found in a `User-Agent` counts: newer words come before those that they include.
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"), ("curl", "curl"),
    ("Python", "Python"),
)  # fmt: skip
BROWSERS = (
    ("EdgA", "Edge"), ("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("OPR", "Opera"),
    ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chromium", "Chromium"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
UNKNOWN = "Unknown device"


def device_label(user_agent: str) -> str:
    """Describe the device that sends this `User-Agent`.

    Example:
        >>> device_label("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Safari/604.1")
        'iPhone, Safari'
    """
    words = [
        next((name for word, name in table if word in user_agent), "")
        for table in (SYSTEMS, BROWSERS)
    ]
    return ", ".join(filter(None, words)) or UNKNOWN
