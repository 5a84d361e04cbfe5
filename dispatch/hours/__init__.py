"""Hours and thanks: what a courier gave, counted from events and never typed; certificates that anybody can check."""
