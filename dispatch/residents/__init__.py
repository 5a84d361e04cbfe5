"""Who is cared for: encrypted at rest, found by a keyed hash of the phone, every reveal written down."""
