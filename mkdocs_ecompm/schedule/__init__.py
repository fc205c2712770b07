"""Floor 2: the plan computed. Pure functions on plain values: no file, no register, no clock."""
