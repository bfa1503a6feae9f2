"""The year against the plan: who owned and owed what on any day, where it lands, what drifts."""
