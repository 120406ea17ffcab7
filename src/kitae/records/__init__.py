"""What flows between stages: typed rows and results, the store that keeps them, the journals."""
