"""What everything else stands on: errors, configs, hashing, events, text in three languages."""
