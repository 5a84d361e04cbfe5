"""The live house: who is connected, commands in (gateway), the journal out (broadcaster)."""
