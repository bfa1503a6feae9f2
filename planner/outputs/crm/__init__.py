"""Files that a CRM loads: Salesforce, HubSpot, Dynamics 365."""
