"""The endpoints about rewards and vouchers."""
