"""What this room tells of rewards and vouchers."""
