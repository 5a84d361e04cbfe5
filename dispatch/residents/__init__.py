"""Who is cared for: the care list, encrypted at rest, found while typing; every reveal and export written down."""
