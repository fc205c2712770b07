"""One comment on each open pull request: what it would change, in the project's own words; kept up to date.

Runs on the default branch, where every commit of a pull request is fetched already. They are read, never checked out or
run, and the program that reads them does not get the token.
"""

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

MARK = "<!-- ecompm-review -->"
LONGEST = 60_000
TOKEN = os.environ.pop("COMMENT_TOKEN", "")  # popped: no program that is started below has it
API = f"{os.environ['GITHUB_SERVER_URL']}/api/v1/repos/{os.environ['GITHUB_REPOSITORY']}"


def ask(path, method="GET", body=None, **query):
    """The answer of the forge, as JSON."""
    request = urllib.request.Request(
        f"{API}/{path}?{urllib.parse.urlencode(query)}",
        data=None if body is None else json.dumps({"body": body}).encode(),
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def every(path, **query):
    """All entries of a list, page by page."""
    page = 1
    while found := ask(path, limit=50, page=page, **query):
        yield from found
        page += 1


def commit(text):
    """A full commit id, and nothing else that git could take for something else."""
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text or ""):
        raise ValueError("The forge names no commit.")
    return text


def report(number, head):
    """What the pull request would change; None if that cannot be told."""
    base = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        ["/tmp/ecompm/bin/ecompm", "review", commit(base), head, "--format", "markdown"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:  # 1: it has errors, and the report says so
        print(f"#{number}: {done.stderr.strip()}")
        return None
    if not done.stdout.startswith(MARK):
        raise ValueError("This is no report.")
    return done.stdout[:LONGEST]


def is_mine(comment):
    """Whether it is the comment that an earlier run made: the accounts of the forge itself have numbers below zero."""
    return comment["user"]["id"] < 0 and comment["body"].startswith(MARK)


def main():
    """Look after the comment of each open pull request to the default branch."""
    failed = 0
    for item in every("pulls", state="open"):
        number, head = int(item["number"]), item["head"]["sha"]
        if item["base"]["ref"] != "main":
            continue
        try:
            text = report(number, commit(head))
        except (subprocess.CalledProcessError, ValueError) as error:
            print(f"#{number}: {error}")
            text = None
        if text is None:
            failed += 1
            continue
        mine = [comment for comment in ask(f"issues/{number}/comments") if is_mine(comment)]
        if not mine:
            ask(f"issues/{number}/comments", "POST", text)
        elif mine[0]["body"].strip() != text.strip():
            ask(f"issues/comments/{int(mine[0]['id'])}", "PATCH", text)
    return min(failed, 1)


sys.exit(main())
