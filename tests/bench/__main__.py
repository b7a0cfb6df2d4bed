"""`python -m tests.bench [name ...]`: print all tables, or those of the modules named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.bench

every = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if not module.name.startswith("_")]
for name in sys.argv[1:] or every:
    module = importlib.import_module(f"tests.bench.{name}")
    # Some modules only make input for others.
    if hasattr(module, "main"):
        module.main()
