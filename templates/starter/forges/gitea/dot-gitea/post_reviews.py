"""One comment on each open pull request: what it would change, in the project's own words; kept up to date.

Runs on the default branch, where every commit of a pull request is fetched already. They are read, never checked out or
run, and the program that reads them does not get the token. What goes wrong with one of them stops none of the others.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

MARK = "<!-- ecompm-review -->"
LONGEST = 60_000
ACTIONS = -2
TIMEOUT = 120  # seconds for each program
# a program, the line, or an answer of another shape
GOES_WRONG = (subprocess.SubprocessError, OSError, http.client.HTTPException, ValueError, LookupError, TypeError)
TOKEN = os.environ.pop("COMMENT_TOKEN", "")  # popped: no program that is started below has it
API = f"{os.environ['GITHUB_SERVER_URL']}/api/v1/repos/{os.environ['GITHUB_REPOSITORY']}"


class SameHost(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to another host: the token would go there, too."""

    def redirect_request(self, request, *more):
        """The next request; None where it ends here."""
        here, there = (urllib.parse.urlsplit(address)[:2] for address in (request.full_url, more[-1]))
        return super().redirect_request(request, *more) if here == there else None


OPENER = urllib.request.build_opener(SameHost)


def ask(path, method="GET", body=None, **query):
    """The answer of the forge, as JSON."""
    request = urllib.request.Request(
        f"{API}/{path}?{urllib.parse.urlencode(query)}",
        data=None if body is None else json.dumps({"body": body}).encode(),
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        method=method,
    )
    with OPENER.open(request, timeout=60) as answer:
        return json.load(answer)


def entries(found):
    """A list of the forge, and nothing else that would pass for an empty one."""
    if not isinstance(found, list):
        raise TypeError("The forge answered something else than a list.")
    return found


def every(path, **query):
    """All entries of a list, page by page."""
    page = 1
    while found := entries(ask(path, limit=50, page=page, **query)):
        yield from found
        page += 1


def commit(text):
    """A full commit id, and nothing else that git could take for something else."""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text or ""):
        raise ValueError("The forge names no commit.")
    return text


def report(head):
    """What the pull request would change."""
    base = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        ["/tmp/ecompm/bin/ecompm", "review", commit(base), head, "--format", "markdown"],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    if done.returncode > 1:  # 1: it has errors, and the report says so
        raise ValueError(" ".join(done.stderr.split()) or "There is no report.")
    if not done.stdout.startswith(MARK):
        raise ValueError("This is no report.")
    return done.stdout[:LONGEST]


def is_mine(comment):
    """Whether it is the comment that an earlier run made: -2 is the account of Actions, and -1 that of who is gone."""
    return comment["user"]["id"] == ACTIONS and comment["body"].startswith(MARK)


def post(number, text):
    """Put the report under the pull request, in place of the one before."""
    mine = [comment for comment in entries(ask(f"issues/{number}/comments")) if is_mine(comment)]
    if not mine:
        ask(f"issues/{number}/comments", "POST", text)
    elif mine[0]["body"].strip() != text.strip():
        ask(f"issues/comments/{int(mine[0]['id'])}", "PATCH", text)


def main():
    """Look after the comment of each open pull request to the default branch."""
    failed = 0
    for item in every("pulls", state="open"):
        number = int(item["number"])
        if item["base"]["ref"] != "main":
            continue
        try:
            post(number, report(commit(item["head"]["sha"])))
        except GOES_WRONG as error:
            print(f"#{number}: {error}")
            failed = 1
    return failed


try:
    sys.exit(main())
except GOES_WRONG as error:  # of all of them: who we are, or which there are
    sys.exit(f"No comments: {error}")
