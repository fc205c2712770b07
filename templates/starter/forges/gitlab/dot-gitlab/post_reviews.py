"""One comment on each open merge request: what it would change, in the project's own words; kept up to date.

Runs on the default branch. The commits of a merge request are fetched and read, never checked out or run, and the
program that reads them does not get the token. What goes wrong with one of them stops none of the others. COMMENT_TOKEN
is a project access token with the scope `api` and the role Reporter, in the environment `comments`.
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
LONGEST = 200_000
TIMEOUT = 120  # seconds for each program
# a program, the line, or an answer of another shape
GOES_WRONG = (subprocess.SubprocessError, OSError, http.client.HTTPException, ValueError, LookupError, TypeError)
TOKEN = os.environ.pop("COMMENT_TOKEN", "")  # popped: no program that is started below has it
API = os.environ["CI_API_V4_URL"]
PROJECT = f"projects/{os.environ['CI_PROJECT_ID']}"


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
        headers={"PRIVATE-TOKEN": TOKEN, "Content-Type": "application/json"},
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
    while found := entries(ask(path, per_page=100, page=page, **query)):
        yield from found
        page += 1


def commit(text):
    """A full commit id, and nothing else that git could take for something else."""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text or ""):
        raise ValueError("The forge names no commit.")
    return text


def report(number, head):
    """What the merge request would change."""
    reference = f"refs/merge-requests/{number}/head"
    subprocess.run(["git", "fetch", "--quiet", "origin", reference], check=True, timeout=TIMEOUT)
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


def post(number, text, myself):
    """Put the report under the merge request, in place of the one before."""
    notes = f"{PROJECT}/merge_requests/{number}/notes"
    mine = [note for note in every(notes) if note["author"]["id"] == myself and note["body"].startswith(MARK)]
    if not mine:
        ask(notes, "POST", text)
    elif mine[0]["body"].strip() != text.strip():
        ask(f"{notes}/{int(mine[0]['id'])}", "PUT", text)


def main():
    """Look after the comment of each open merge request."""
    if not TOKEN:
        print("No comments: the environment comments has no COMMENT_TOKEN yet.")
        return 0
    myself, failed = ask("user")["id"], 0
    for item in every(f"{PROJECT}/merge_requests", state="opened", target_branch=os.environ["CI_DEFAULT_BRANCH"]):
        number = int(item["iid"])
        try:
            post(number, report(number, commit(item["sha"])), myself)
        except GOES_WRONG as error:
            print(f"!{number}: {error}")
            failed = 1
    return failed


try:
    sys.exit(main())
except GOES_WRONG as error:  # of all of them: who we are, or which there are
    sys.exit(f"No comments: {error}")
