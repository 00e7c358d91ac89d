"""Polls a feed once and prints the result of feedparser as JSON.

Arguments: the URL, and the ETag and Last-Modified of the previous poll, or empty strings.
"""

import calendar
import json
import sys

import feedparser

url, etag, modified = sys.argv[1:]


def instant(entry, name):
    # Not entry.get(): without `updated`, feedparser returns `published`.
    parsed = dict.get(entry, name)
    return {} if parsed is None else {name.removesuffix("_parsed"): calendar.timegm(parsed)}


def item(entry):
    contents = entry.get("content") or [{"value": entry.get("summary", "")}]
    return {
        "id": entry.get("id", ""),
        "title": entry.get("title", ""),
        "link": entry.get("link", ""),
        "text": contents[0]["value"],
        **instant(entry, "published_parsed"),
        **instant(entry, "updated_parsed"),
    }


feed = feedparser.parse(url, etag=etag or None, modified=modified or None)
if feed.bozo:
    print(repr(feed.bozo_exception), file=sys.stderr)
print(
    json.dumps(
        {
            "etag": feed.get("etag"),
            "modified": feed.get("modified"),
            "entries": [item(entry) for entry in feed.entries],
        }
    )
)
