"""Who has seen or taken away what of the residents' data: the rows that every reveal and export leaves, to be read."""
