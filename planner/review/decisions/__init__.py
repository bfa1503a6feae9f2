"""What people decide on a plan: proposals and answers, approvals, quotas by hand, releases."""
