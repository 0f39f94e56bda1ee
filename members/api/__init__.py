"""What every endpoint stands on, and the endpoints about members."""
