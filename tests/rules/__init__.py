"""Rules of the house that can be checked by a machine."""
