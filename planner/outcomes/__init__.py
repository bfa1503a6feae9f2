"""What a plan is likely to bring, before anyone is told a number."""
