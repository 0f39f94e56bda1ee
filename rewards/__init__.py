"""What points buy: catalog and vouchers."""
