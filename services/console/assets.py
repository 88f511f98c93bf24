"""Where do scripts, styles and fonts come from? Ours beside this file, others' from build/; under names by content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from services.console.pages import PREFIX
from services.embedded import ROOT

log = structlog.stdlib.get_logger(__name__)

OWN = Path(__file__).parent / "static"
#: Filled by `python -m launcher assets`.
VENDOR = ROOT / "build" / "console-assets"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assets:
    """Every file that pages may name."""

    #: Folder's name -> digest of everything in it; a change gives all its files new addresses.
    digests: Mapping[str, str]
    files: Mapping[str, Path]

    def url(self, name: str) -> str:
        """The address of `own/...` or `vendor/...`; raises KeyError for a file that is not there."""
        if name not in self.files:
            raise KeyError(f"no such asset: {name}")
        folder, _, rest = name.partition("/")
        return f"{PREFIX}/static/{folder}-{self.digests[folder]}/{rest}"


def find_assets(own: Path = OWN, vendor: Path = VENDOR) -> Assets:
    """Reads both folders; without the second, pages are bare, which is logged: the backends must run all the same."""
    files: dict[str, Path] = {}
    digests: dict[str, str] = {}
    if not vendor.is_dir():
        log.error("console.assets_missing", folder=str(vendor), remedy="python -m launcher assets")
    for name, folder in (("own", own), ("vendor", vendor)):
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                files[f"{name}/{path.relative_to(folder).as_posix()}"] = path
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        digests[name] = digest.hexdigest()[:12]
    return Assets(digests=digests, files=files)


def add_assets(app: web.Application, assets: Assets) -> None:
    """Serves the files; browsers may keep them for ever, since a change has another address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        folder, _, digest = request.match_info["folder"].partition("-")
        path = assets.files.get(f"{folder}/{request.match_info['name']}")
        if path is None or digest != assets.digests.get(folder):
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"})

    app.router.add_get("/static/{folder}/{name:.+}", answer)
