"""What every room stands on; knows nothing of couriers or orders."""
