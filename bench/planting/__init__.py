"""Known defects planted in real data, and the true stages that have to find them."""
