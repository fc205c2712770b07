"""Floor 1: facts, frozen, without I/O. Every other floor speaks in these words; this one imports none of them."""
