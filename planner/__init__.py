"""Plans a sales organisation's year: territories, quotas and what they are likely to bring."""

__version__ = "0.1.0"
