"""Open311 GeoReport v2: what is public of the hazards, for programs of other houses, and reports from them into the same queue."""
