"""One comment on each open merge request: what it would change, in the project's own words; kept up to date.

Runs on the default branch. The commits of a merge request are fetched and read, never checked out or run, and the
program that reads them does not get the token. COMMENT_TOKEN is a project access token with the scope `api` and the
role Reporter, in the environment `comments`.
"""

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

MARK = "<!-- ecompm-review -->"
LONGEST = 200_000
TOKEN = os.environ.pop("COMMENT_TOKEN", "")  # popped: no program that is started below has it
API = os.environ["CI_API_V4_URL"]
PROJECT = f"projects/{os.environ['CI_PROJECT_ID']}"


def ask(path, method="GET", body=None, **query):
    """The answer of the forge, as JSON."""
    request = urllib.request.Request(
        f"{API}/{path}?{urllib.parse.urlencode(query)}",
        data=None if body is None else json.dumps({"body": body}).encode(),
        headers={"PRIVATE-TOKEN": TOKEN, "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def every(path, **query):
    """All entries of a list, page by page."""
    page = 1
    while found := ask(path, per_page=100, page=page, **query):
        yield from found
        page += 1


def commit(text):
    """A full commit id, and nothing else that git could take for something else."""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text or ""):
        raise ValueError("The forge names no commit.")
    return text


def report(number, head):
    """What the merge request would change; None if that cannot be told."""
    subprocess.run(["git", "fetch", "--quiet", "origin", f"refs/merge-requests/{int(number)}/head"], check=True)
    base = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        ["/tmp/ecompm/bin/ecompm", "review", commit(base), head, "--format", "markdown"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:  # 1: it has errors, and the report says so
        print(f"!{number}: {done.stderr.strip()}")
        return None
    if not done.stdout.startswith(MARK):
        raise ValueError("This is no report.")
    return done.stdout[:LONGEST]


def main():
    """Look after the comment of each open merge request."""
    if not TOKEN:
        print("No comments: the environment comments has no COMMENT_TOKEN yet.")
        return 0
    myself, failed = ask("user")["id"], 0
    for item in every(f"{PROJECT}/merge_requests", state="opened", target_branch=os.environ["CI_DEFAULT_BRANCH"]):
        number = int(item["iid"])
        notes = f"{PROJECT}/merge_requests/{number}/notes"
        try:
            text = report(number, commit(item["sha"]))
        except (subprocess.CalledProcessError, ValueError) as error:
            print(f"!{number}: {error}")
            text = None
        if text is None:
            failed += 1
            continue
        mine = [note for note in every(notes) if note["author"]["id"] == myself and note["body"].startswith(MARK)]
        if not mine:
            ask(notes, "POST", text)
        elif mine[0]["body"].strip() != text.strip():
            ask(f"{notes}/{int(mine[0]['id'])}", "PUT", text)
    return min(failed, 1)


sys.exit(main())
