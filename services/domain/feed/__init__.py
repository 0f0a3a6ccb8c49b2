"""What a subscriber receives: `grants` admit records, `disclosure` decides which fields are shown and how."""
