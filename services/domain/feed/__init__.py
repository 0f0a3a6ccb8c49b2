"""What a subscriber receives.

`grants` admit records, `disclosure` decides which fields are shown and how, `withholding` which records are not shown
at all for the class of a value.
"""
