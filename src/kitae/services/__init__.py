"""What stands after the stages: a model that serves, and later its updates."""
