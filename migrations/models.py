"""Which tables are ours? Importing every topic's models fills the one metadata that migrations are checked against."""

from __future__ import annotations

import importlib
import pkgutil

import bot
import services
from services.db import Base

for package in (services, bot):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.rsplit(".", 1)[-1] == "models" and ".rasa." not in module.name:
            importlib.import_module(module.name)

metadata = Base.metadata
