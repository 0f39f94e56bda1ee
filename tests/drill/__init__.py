"""Long matrices, simulations and storms; `make drill` runs them."""
