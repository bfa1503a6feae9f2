"""Where the stages meet: from a scenario and its tables to a whole plan."""
