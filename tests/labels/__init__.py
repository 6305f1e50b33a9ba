"""Real records that were labelled by hand, and how to read them."""
