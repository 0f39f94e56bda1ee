"""Changes to rewards and vouchers."""
