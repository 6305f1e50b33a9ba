"""Where requests for access are made, handled and answered: the use cases behind every door."""

from __future__ import annotations

from catalogue.desk.desk import Desk, new_id
from catalogue.desk.filling import LegForms, StoredForms
from catalogue.desk.hooks import Forms, Notices
from catalogue.desk.orders import ORDERS, perform
from catalogue.desk.reading import Page, workflow_of
from catalogue.desk.sweeping import Swept, sweep

__all__ = [
    "ORDERS",
    "Desk",
    "Forms",
    "LegForms",
    "Notices",
    "Page",
    "StoredForms",
    "Swept",
    "new_id",
    "perform",
    "sweep",
    "workflow_of",
]
