"""From the company's goal to each person's quota, exactly."""
