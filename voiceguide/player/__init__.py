"""The live player: a transport that is a pure state machine, a loop that feeds the device, and its remotes."""
