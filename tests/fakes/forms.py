"""What would a browser send of a form that a page shows? Reads HTML; changes nothing."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    """Fields of the one form whose address ends as asked."""

    def __init__(self, ending: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, list[str]] = {}
        self._ending = ending
        self._inside = False
        self._text_of = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = about.get("action", "").endswith(self._ending)
        elif not self._inside:
            return
        elif tag == "input":
            unchecked = about.get("type") in {"checkbox", "radio"} and "checked" not in about
            if "name" in about and not unchecked and about.get("type") != "file":
                self._add(about["name"], about.get("value", ""))
        elif tag == "textarea":
            self._text_of = about["name"]
            self._add(self._text_of, "")
        elif tag == "select":
            self._select = about["name"]
        elif tag == "option" and "selected" in about:
            self._add(self._select, about.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._text_of:
            self.fields[self._text_of][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            # The line break behind the opening tag is no part of the text.
            self.fields[self._text_of][-1] = self.fields[self._text_of][-1].removeprefix("\r").removeprefix("\n")
            self._text_of = ""

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def form_values(page: str, ending: str) -> dict[str, list[str]]:
    """Name -> values of the form whose address ends with `ending`; nothing where there is none."""
    parser = _Forms(ending)
    parser.feed(page)
    parser.close()
    return parser.fields
