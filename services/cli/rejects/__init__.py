"""`creditbus rejects`: what was refused, where and why, and its way back."""
