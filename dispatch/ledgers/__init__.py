"""A ledger of needs as people keep it in a sheet: understood, corrected in place, posted as orders together."""
