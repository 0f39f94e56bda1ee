"""Pages of rewards and vouchers."""
