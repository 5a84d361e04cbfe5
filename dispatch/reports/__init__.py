"""Reports: which community is served and which is not, counted by day. Counts alone; nobody's name is ever read here."""
