"""How well a record is described: the Metadata Quality Assessment of data.europa.eu, per record."""

from catalogue.quality.assess import Assessment as Assessment
from catalogue.quality.assess import assess as assess
from catalogue.quality.assess import assessment as assessment
from catalogue.quality.explain import Told as Told
from catalogue.quality.explain import told as told
from catalogue.quality.metrics import band as band
