"""Floor 1: facts, frozen, without I/O. Every other floor speaks in these words; this one imports none of them.

A fact is a `msgspec.Struct`, on every floor: a command imports hundreds of such classes, and one is made 25 times
faster than a frozen dataclass, its objects seven times. What keeps something for itself, or a secret, is a dataclass.
"""
