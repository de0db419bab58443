"""The pages of a package index as JSON (PEP 691, 700, 714, 792) and as HTML (PEP 503, 592, 658)."""

from __future__ import annotations

import html
import json
from typing import Any

from frozen import Project

__all__ = ["HTML_LEGACY", "HTML_PAGE", "JSON_PAGE", "list_of_projects", "project_page"]

JSON_PAGE = "application/vnd.pypi.simple.v1+json"
HTML_PAGE = "application/vnd.pypi.simple.v1+html"
HTML_LEGACY = "text/html"


def list_of_projects(names: list[str], content_type: str) -> str:
    """The root page."""
    return _json_list(names) if content_type == JSON_PAGE else _html_list(names)


def project_page(project: Project, entries: list[dict[str, Any]], content_type: str) -> str:
    """A project's page; `entries` are its files as PEP 691 lists them."""
    render = _json_page if content_type == JSON_PAGE else _html_page
    return render(project, entries)


def _json_list(names: list[str]) -> str:
    meta = {"api-version": "1.4"}
    return json.dumps({"meta": meta, "projects": [{"name": name} for name in names]})


def _html_list(names: list[str]) -> str:
    links = "\n".join(f'<a href="/simple/{name}/">{name}</a><br>' for name in names)
    return f"<!DOCTYPE html>\n<html><body>\n{links}\n</body></html>\n"


def _json_page(project: Project, entries: list[dict[str, Any]]) -> str:
    page = {
        "meta": {"api-version": "1.4"},
        "name": project.name,
        "project-status": project.status,
        "versions": [release.version for release in project.releases],
        "files": [{"requires-python": None, "yanked": False} | entry for entry in entries],
    }
    return json.dumps(page)


def _html_page(project: Project, entries: list[dict[str, Any]]) -> str:
    """PEP 503 with the attributes of PEP 592, 658 and 714."""
    links = []
    for entry in entries:
        digest = entry["hashes"].get("sha256")
        attributes = {"href": entry["url"] + (f"#sha256={digest}" if digest else "")}
        if entry.get("requires-python"):
            attributes["data-requires-python"] = entry["requires-python"]
        if yanked := entry.get("yanked"):
            attributes["data-yanked"] = yanked if isinstance(yanked, str) else ""
        if metadata := entry.get("core-metadata"):
            value = f"sha256={metadata['sha256']}" if isinstance(metadata, dict) else "true"
            attributes |= dict.fromkeys(("data-core-metadata", "data-dist-info-metadata"), value)
        listed = " ".join(f'{name}="{html.escape(text)}"' for name, text in attributes.items())
        links.append(f"<a {listed}>{html.escape(entry['filename'])}</a><br>")
    head = '<meta name="pypi:repository-version" content="1.4">'
    title = f"<title>Links for {project.name}</title>"
    body = "\n".join(links)
    return f"<!DOCTYPE html>\n<html><head>{head}{title}</head><body>\n{body}\n</body></html>\n"
