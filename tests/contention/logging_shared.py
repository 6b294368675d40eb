"""Threads that write to one handler."""

import io
import logging
from support import together

logger = logging.getLogger("name")
logger.addHandler(logging.StreamHandler(io.StringIO()))


def work():
    logger.warning("to one handler")  # guilty: lock wait, _thread.RLock


together(work, work, work)
