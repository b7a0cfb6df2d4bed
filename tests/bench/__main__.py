"""`python -m tests.bench [name ...]`: print all tables, or those of the modules named."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.bench

for name in sys.argv[1:] or [module.name for module in pkgutil.iter_modules(tests.bench.__path__)]:
    module = importlib.import_module(f"tests.bench.{name}")
    if hasattr(module, "main"):
        module.main()
