"""The review application's face on the web: routes, pages and what protects them."""
