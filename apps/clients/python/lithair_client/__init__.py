"""A client of a Lithair cluster, typed by its models."""

from .client import Committed as Committed
from .client import LithairClient as LithairClient
from .client import Options as Options
from .client import Projection as Projection
from .client import Transaction as Transaction
from .collection import Collection as Collection
from .collection import Filter as Filter
from .collection import HistoryEvent as HistoryEvent
from .collection import Page as Page
from .collection import Stored as Stored
from .collection import exactly as exactly
from .errors import Conflict as Conflict
from .errors import Gone as Gone
from .errors import Invalid as Invalid
from .errors import LithairError as LithairError
from .errors import NotAllowed as NotAllowed
from .errors import NotFound as NotFound
from .errors import Problem as Problem
from .errors import Refused as Refused
from .errors import Stale as Stale
from .errors import Unavailable as Unavailable
from .errors import UnknownOutcome as UnknownOutcome
from .follow import Changed as Changed
from .follow import Deleted as Deleted
from .follow import Follower as Follower
from .models import *  # noqa: F403
from .transport import Answer as Answer
from .transport import Consistency as Consistency
