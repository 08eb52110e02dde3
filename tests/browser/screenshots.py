"""Screenshots of the main states of the page: `make screenshots` writes them to build/screenshots.

`readme.png` is the only one in the repository, as docs/images/search.png.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from playwright.sync_api import Browser

from tests.browser.opening import DESKTOP, PHONE, chromium, fill, served

SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}

STATES: Final = {
    "start": "/",
    "search": "/?q=en+-port&after=1990",
    "narrow": "/?q=site:example.com+e&after=2001&before=2003",
    "fields": "/?contains=de&domain=org&after=2000&sort=date",
    "nothing": "/?q=harbour+storm+nowhere&after=2014",
    "fault": "/?q=%22new+harbour&after=May+23",
    "hostile": "/?q=site:evil.example",
    "import": "/import",
    "imports": "/imports",
    "ledger": "/imports/1",
    "entry": "/entries/1",
}

Scheme = Literal["light", "dark"]


FOR_README: Final = "/?q=de+-evoluir&domain=br&after=1975"


def take(
    browser: Browser,
    root: str,
    path: str,
    file: Path,
    size: str,
    scheme: Scheme,
    *,
    whole: bool = True,
) -> None:
    """Take one screenshot, of the whole page or of the visible part."""
    width, height = SIZES[size]
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1
    )
    page.goto(f"{root}{path}")
    # A caret would blink.
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=file, full_page=whole)
    page.close()


def main(directory: Path) -> None:
    """Take all screenshots."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as archive, served(Path(archive)) as server, chromium() as browser:
        root = f"http://127.0.0.1:{server.port}"
        for size in SIZES:
            take(browser, root, "/", directory / f"empty-{size}.png", size, "light")
        fill(server)
        take(browser, root, FOR_README, directory / "readme.png", "desktop", "light", whole=False)
        for name, path in STATES.items():
            for size in SIZES:
                take(browser, root, path, directory / f"{name}-{size}.png", size, "light")
            take(browser, root, path, directory / f"{name}-dark.png", "desktop", "dark")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
