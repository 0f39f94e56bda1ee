"""Who hears from us, when and why."""
